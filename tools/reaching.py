"""A pytest plugin that notes which lines and branches the tests reach: `pytest -p tools.reaching --reached FIGURES`.

The figures are JSON in SlipCover's form, for tools/reached.py. SlipCover changes the bytecode instead of tracing, so the tests are hardly
slower, and greenlets and threads are measured too. SlipCover's own plugin is not used, because with it pytest cannot import the tests
as a package.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from slipcover import Slipcover, merge_coverage
from slipcover.importer import SlipcoverLoader

ROOT = Path(__file__).parents[1]
PACKAGE = "phoenix"
SOURCE = ROOT / "src" / PACKAGE


class PhoenixFinder(MetaPathFinder):
    """Instruments the modules of Phoenix, and no others, when they are imported."""

    def __init__(self, measured: Slipcover) -> None:
        self._measured = measured

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if fullname.partition(".")[0] != PACKAGE:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        # A test can import its own copy from elsewhere.
        if (
            spec is not None
            and spec.origin is not None
            and Path(spec.origin).is_relative_to(SOURCE)
            and isinstance(spec.loader, SourceFileLoader)
        ):
            spec.loader = SlipcoverLoader(self._measured, spec.loader, spec.origin)
        return spec


# Tests in one process cannot reach code for type checkers, or code that runs only when a file is a program.
measured = Slipcover(branch=True, source=[str(SOURCE)], exclude_lines=["if TYPE_CHECKING:", 'if __name__ == "__main__":'])
sys.meta_path.insert(0, PhoenixFinder(measured))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--reached", required=True, metavar="FIGURES", help="the file that gets what the tests reached, as JSON")


def pytest_sessionfinish(session: pytest.Session) -> None:
    figures = Path(session.config.getoption("--reached"))
    if worker := getattr(session.config, "workerinput", None):
        _write(figures.with_suffix(f".{worker['workerid']}"), measured.get_coverage())
        return
    parts = sorted(figures.parent.glob(f"{figures.stem}.gw*"))
    merged: dict[str, Any] = measured.get_coverage()
    for part in parts:
        merge_coverage(merged, json.loads(part.read_text(encoding="utf-8")))
        part.unlink()
    _write(figures, merged)


def _write(file: Path, figures: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(figures), encoding="utf-8")
