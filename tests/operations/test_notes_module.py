"""Adding a notes module touches one folder and one line. Every rule for modules applies to it without further changes."""

from __future__ import annotations

import difflib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from phoenix.operations.new_module import new_module

ROOT = Path(__file__).parents[2]
COPIED = ("src/phoenix", "tests", "tools", "docs", "api", "web", "README.md", "SECURITY.md", "CONTRIBUTING.md", "pyproject.toml")
RULES = (
    "needs or only_through or owning_module or every_table or names_its_permission or public_form or every_query_fits "
    "or inside_a_function or who_may"
)
# Not rules for modules, but documents and tests that list everything. check-module reports the lines they lack.
UNFINISHED = """\
tests/modules/notes: It has no tests.
docs/where.md: It is not in the table.
docs/ARCHITECTURE.md: It is missing from the tree.
docs/ARCHITECTURE.md: It is missing from the table of modules.
docs/protection.md: The table of permissions lacks notes.read.
docs/protection.md: The table of permissions lacks notes.write.
tests/web: No test there shows "notes/feed_posted.html".
tests/web: No test there shows "notes/list.html".
tests/modules/test_what_writes_make_stale.py: notes.personal.erase makes cached values stale
api/openapi.json: GET /api/v2/notes is not in the API document.
api/openapi.json: GET /api/v2/notes/{note_id} is not in the API document.
api/openapi.json: POST /api/v2/notes is not in the API document.
"""

pytestmark = pytest.mark.slow


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy of Phoenix with a notes module."""
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / name, tmp_path / name)
    new_module("notes", tmp_path / "src" / "phoenix" / "modules")
    composition = tmp_path / "src" / "phoenix" / "composition.py"
    composition.write_text(composition.read_text().replace('    "entries",\n', '    "entries",\n    "notes",\n', 1))
    return tmp_path


def run(clone: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PHOENIX_", "PYTEST_"))}
    environment["PYTHONPATH"] = str(clone / "src")
    return subprocess.run([sys.executable, *command], cwd=clone, env=environment, check=False, capture_output=True, text=True)


def files(folder: Path) -> dict[str, bytes]:
    found = (path for name in COPIED for path in [folder / name, *(folder / name).rglob("*")])
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found if path.is_file() and path.suffix != ".pyc"}


def test_adding_a_module_changes_one_folder_and_one_line(clone: Path) -> None:
    before, after = files(ROOT), files(clone)
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    outside = {name for name in changed if not name.startswith("src/phoenix/modules/notes/")}
    assert outside == {"src/phoenix/composition.py"}
    old, new = (texts["src/phoenix/composition.py"].decode().splitlines() for texts in (before, after))
    lines = [line for line in difflib.ndiff(old, new) if line[0] in "+-"]
    assert lines == ['+     "notes",']


def test_every_rule_for_modules_applies_to_the_new_module(clone: Path) -> None:
    where = ("tests/test_architecture.py", "tests/test_routes.py", "tests/test_sql.py", "tests/modules/test_who_may.py")
    ran = run(clone, "-m", "pytest", "-v", "-p", "no:cacheprovider", *where, "-k", RULES)
    assert ran.returncode == 0, ran.stdout[-4000:]
    # The rules were also tested for the new module.
    for test in (
        "test_declared_needs_equal_the_real_imports[notes]",
        "[POST /o/{slug:str}/notes-",
        "required_by_a_route[notes.write]",
    ):
        assert test in ran.stdout


def test_the_import_contracts_apply_to_the_new_module(clone: Path) -> None:
    lint = ("-c", "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())", "--no-cache")
    kept = run(clone, *lint)
    assert kept.returncode == 0, kept.stdout
    for file, line in (("events.py", "notes import queries"), ("queries.py", "feed.api import ROUTES")):
        path = clone / "src" / "phoenix" / "modules" / "notes" / file
        text = path.read_text()
        path.write_text(f"{text}\nfrom phoenix.modules.{line}\n")
        broken = run(clone, *lint)
        assert broken.returncode == 1
        assert "phoenix.modules.notes" in broken.stdout
        path.write_text(text)


# The changes that check-module asks for: the file, the text before which the line goes, and the line.
DONE = (
    ("docs/where.md", "| entries, ", "| notes | `src/phoenix/modules/notes/` |\n"),
    ("docs/ARCHITECTURE.md", "feed dashboard welcome admin demo", "notes "),
    ("docs/ARCHITECTURE.md", "| `entries` |", "| `notes` | short texts |\n"),
    (
        "docs/protection.md",
        "| `dashboard.read` |",
        "| `notes.read` | yes | yes | yes | yes |\n| `notes.write` | yes | yes | yes | |\n",
    ),
    (
        "tests/web/pages.py",
        '    "entries": (',
        ('    "notes": ("notes/list.html", frame("/o/halden/notes", notes=[], listing=plain([], "/o/halden/notes"), form={})),\n'),
    ),
    ("tests/web/samples.py", "    happened(8,", '    happened(10, "notes/feed_posted.html", ago(minutes=30), text="Seen."),\n'),
    (
        "tests/modules/test_what_writes_make_stale.py",
        '    Write("organisations.personal.erase"',
        '    Write("notes.personal.erase", erase("notes"), ("events:{ember}",), note),\n',
    ),
    (
        "tests/modules/test_what_writes_make_stale.py",
        "WRITES = [\n",
        (
            "async def note(harness: Harness) -> None:\n"
            '    data = {"organisation": harness.organisations["ember"], "text": "t"}\n'
            '    await call("POST", "/api/v2/notes", "bo", json=data)(harness)\n\n\n'
        ),
    ),
)
# The tests of everything that a new module can make fail.
OVER_EVERYTHING = (
    "tests/test_docs.py::test_the_architecture_names_every_module",
    "tests/test_docs.py::test_the_architecture_fits_two_pages",
    "tests/tools/test_where.py::test_every_module_and_every_folder_of_the_kernel_is_named",
    "tests/asvs/test_protection_document.py::test_the_documented_roles_match_the_modules",
    "tests/modules/test_strangers.py::test_every_route_refuses_strangers_and_ended_sessions",
    "tests/web/test_pages.py",
    "tests/modules/test_what_writes_make_stale.py::test_every_invalidating_function_has_a_row_and_every_row_a_function",
    "tests/modules/test_what_writes_make_stale.py::test_a_write_invalidates_what_depends_on_it[notes.personal.erase]",
    "tests/operations/test_what_events_hold.py",
    "tests/operations/test_check_module.py::test_our_own_modules_have_nothing_missing",
    "tests/kernel/test_registry.py",
    "tests/test_routes.py",
)


def test_nothing_is_missing_once_the_reported_steps_are_done(clone: Path) -> None:
    for file, before, line in DONE:
        text = (clone / file).read_text()
        assert before in text
        (clone / file).write_text(text.replace(before, f"{line}{before}", 1))
    (clone / "tests" / "modules" / "notes").mkdir()
    (clone / "tests" / "modules" / "notes" / "test_notes.py").write_text("def test_nothing() -> None:\n    pass\n")
    assert run(clone, "-m", "phoenix.commands", "openapi").returncode == 0
    asked = run(clone, "-m", "phoenix.commands", "check-module", "notes")
    assert (asked.returncode, asked.stdout) == (0, "Nothing is missing from notes.\n"), asked.stderr
    ran = run(clone, "-m", "pytest", "-q", "-p", "no:cacheprovider", *OVER_EVERYTHING)
    assert ran.returncode == 0, ran.stdout[-4000:]


def test_only_lists_of_everything_are_reported_as_unfinished(clone: Path) -> None:
    ran = run(clone, "-m", "phoenix.commands", "check-module", "notes")
    assert ran.returncode == 1, ran.stderr
    wanted = UNFINISHED.splitlines()
    assert len(ran.stdout.splitlines()) == len(wanted), ran.stdout
    for line, beginning in zip(ran.stdout.splitlines(), wanted, strict=True):
        assert line.startswith(beginning)
