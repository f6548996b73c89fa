"""docs/where.md: every path it names exists, and no module or folder of the kernel is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from phoenix.composition import MODULES

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "where.md").read_text(encoding="utf-8")
NAMED = sorted({path for path in re.findall(r"`([^`\s]+)`", TEXT) if "/" in path or "." in path} - {"templates/", "migrations/"})


@pytest.mark.parametrize("path", [path for path in NAMED if path != "tests/"])
def test_every_path_exists(path: str) -> None:
    assert (ROOT / path).exists()
    assert path.endswith("/") == (ROOT / path).is_dir()


def test_every_module_and_every_folder_of_the_kernel_is_named() -> None:
    folders = [path.name for path in (ROOT / "src/phoenix/kernel").iterdir() if (path / "__init__.py").exists()]
    assert [module.name for module in MODULES if f"src/phoenix/modules/{module.name}/" not in TEXT] == []
    assert [name for name in folders if f"src/phoenix/kernel/{name}/" not in TEXT] == []
