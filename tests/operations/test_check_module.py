"""`phoenix check-module` finds every fault in a module and names its file, and reports nothing about a module without faults."""

from __future__ import annotations

import importlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.operations.module_faults import FAULTS, HERE, ROOT

import phoenix.modules
from phoenix.composition import MODULES, OWN, REGISTRY
from phoenix.kernel.module import Module
from phoenix.kernel.registry import Registry
from phoenix.operations.check_module import check_module
from phoenix.operations.new_module import new_module


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The files of a clone of Phoenix that a complete module called notes needs."""
    for path in ("tests/modules/notes", "tests/web", "docs", "api", HERE):
        (tmp_path / path).mkdir(parents=True)
    (tmp_path / HERE).rmdir()
    new_module("notes", tmp_path / "src" / "phoenix" / "modules")
    for file, text in {
        "src/phoenix/__init__.py": "",
        "src/phoenix/modules/__init__.py": "",
        "src/phoenix/composition.py": 'NAMES = (\n    "notes",\n)\n',
        "tests/modules/notes/test_notes.py": "",
        "docs/where.md": "| notes | `src/phoenix/modules/notes/` |\n",
        "docs/protection.md": "| `notes.read` | yes |\n| `notes.write` | yes |\n",
        "tests/web/pages.py": 'PAGES = ["notes/list.html", "notes/feed_posted.html"]',
        "docs/ARCHITECTURE.md": "```\n  modules/   notes\n```\n| `notes` | short texts |\n",
        "tests/modules/test_what_writes_make_stale.py": 'WRITES = ["notes.personal.erase"]',
        "api/openapi.json": json.dumps({"paths": {"/api/v2/notes": {"get": {}, "post": {}}, "/api/v2/notes/{note_id}": {"get": {}}}}),
    }.items():
        (tmp_path / file).write_text(text)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.fixture
def loaded(clone: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Module]]:
    """Load the current state of the module in the clone."""

    def load() -> Module:
        monkeypatch.setattr(phoenix.modules, "__path__", [*phoenix.modules.__path__, str(clone / "src" / "phoenix" / "modules")])
        importlib.invalidate_caches()
        found: Module = importlib.import_module("phoenix.modules.notes.module").MODULE
        return found

    yield load
    for name in [name for name in sys.modules if name.startswith("phoenix.modules.notes")]:
        del sys.modules[name]


@pytest.mark.parametrize("fault", FAULTS)
def test_exactly_the_fault_that_was_made_is_found(clone: Path, loaded: Callable[[], Module], fault: str) -> None:
    edits, expected = FAULTS[fault]
    for change in edits:
        change(clone)
    module = loaded()
    found = [(one.file.relative_to(clone).as_posix(), one.sentence) for one in check_module(module, Registry([*MODULES, module]))]
    assert len(found) == len(expected), found
    for file, sentence in expected:
        assert any(name == file and re.match(sentence, said) for name, said in found), found
    for _, said in found:
        assert re.search(r"\. \S", said), f"{said!r} does not say what to do"


def test_a_finished_new_module_has_nothing_missing(loaded: Callable[[], Module]) -> None:
    module = loaded()
    assert check_module(module, Registry([*MODULES, module])) == []


@pytest.mark.parametrize("module", OWN, ids=lambda module: module.name)
def test_our_own_modules_have_nothing_missing(module: Module) -> None:
    assert [str(one) for one in check_module(module, REGISTRY)] == []


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "phoenix.cli", "check-module", *arguments], cwd=ROOT, check=False, capture_output=True, text=True
    )


def test_the_command_says_that_nothing_is_missing() -> None:
    ran = run("entries")
    assert (ran.returncode, ran.stdout) == (0, "Nothing is missing from entries.\n")


@pytest.mark.parametrize("name", ["nothing", "no.such", "../x"])
def test_the_command_refuses_a_module_that_does_not_exist(name: str) -> None:
    ran = run(name)
    assert ran.returncode == 2
    assert ran.stderr.startswith(f"There is no module called {name!r}. The modules are: accounts, ")
