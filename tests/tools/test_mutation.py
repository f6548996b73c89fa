"""The mutation run: what it changes, which results are still valid, and that its lists name existing files and mutants."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from tools.mutation import results, table
from tools.mutation.__main__ import TRY_AGAIN, UNCHANGED, Worker, exit_status
from tools.mutation.equivalent import EQUIVALENT
from tools.mutation.mutants import mutants_of, mutated
from tools.mutation.table import PARTS, ROOT, SOURCE

from tools import test_long

FILES = [path for files in PARTS.values() for path in files]
TEXT = '''
"""A docstring."""
from __future__ import annotations

@cached
def worth(amount: int = 3, *, kind: Literal[True]) -> int | None:
    """Another."""
    if not amount and kind:
        raise ValueError
    log(kind)
    return amount + 1
'''


def test_each_mutant_changes_one_thing() -> None:
    assert [mutant.change for mutant in mutants_of(TEXT)] == [
        "3 → 4",
        "not amount and kind → not amount or kind",
        "not amount → amount",
        "raise ValueError → pass",
        "log(kind) → pass",
        "return amount + 1 → return None",
        "amount + 1 → amount - 1",
        "1 → 2",
        "without cached",
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a < b", ["a <= b"]),
        ("a == b", ["a != b"]),
        ("a is None", ["a is not None"]),
        ("a not in b", ["a in b"]),
        ("a < b < c", ["a <= b < c", "a < b <= c"]),
        ("x = True", ["x = False"]),
        ("x.y = z", ["pass"]),
        ("del x[y]", ["pass"]),
        ("await f()", ["pass"]),
        ("x -= y", ["x += y"]),
        ("x = y if z else w", ["x = y if not z else w"]),
        ("x = [y for y in z if y]", ["x = [y for y in z if not y]"]),
        ("if TYPE_CHECKING:\n    import a", []),
        ("__slots__ = (1, 2)", []),
        ("x: Literal[1]", []),
    ],
)
def test_operators_are_swapped(before: str, after: list[str]) -> None:
    assert [ast.unparse(mutated(before, mutant.index)) for mutant in mutants_of(before)] == after


def test_a_result_is_valid_until_the_file_or_the_noticing_test_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, (quick, slow) = "kernel/x.py", ("tests/a.py", "tests/b.py")
    for name in (SOURCE + path, quick, slow):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("one")
    monkeypatch.setattr(results, "ROOT", tmp_path)
    monkeypatch.setattr(results, "FOLDER", tmp_path / "kept")
    monkeypatch.setattr(results, "tests_of", lambda _: [quick, slow])

    def store_all() -> None:
        results.store(path, "noticed", "killed", f"{quick}::test_it")
        results.store(path, "at import", "killed", "")
        results.store(path, "not noticed", "survived", "")

    store_all()
    assert set(results.known(path)) == {"noticed", "at import", "not noticed"}
    (tmp_path / slow).write_text("two")
    assert set(results.known(path)) == {"noticed", "at import"}
    (tmp_path / quick).write_text("two")
    assert set(results.known(path)) == {"at import"}
    store_all()
    assert set(results.known(path)) == {"noticed", "at import", "not noticed"}
    (tmp_path / (SOURCE + path)).write_text("two")
    assert results.known(path) == {}


@pytest.mark.parametrize("path", FILES)
def test_the_table_names_existing_files(path: str) -> None:
    assert (ROOT / SOURCE / path).is_file()
    assert table.tests_of(path)
    assert [test for test in table.tests_of(path) if not (ROOT / test).is_file()] == []


@pytest.mark.parametrize("folder", ["kernel/cache", "kernel/data"])
def test_the_table_names_every_file_that_can_be_mutated(folder: str) -> None:
    there = sorted((ROOT / SOURCE / folder).glob("*.py"))
    changed = [f"{folder}/{path.name}" for path in there if mutants_of(path.read_text(encoding="utf-8"))]
    assert [path for path in changed if path not in FILES] == []


@pytest.mark.parametrize(
    ("noticed", "tried", "missing", "status"),
    [
        (9, 10, 0, 0),
        (89, 100, 0, 1),
        (0, 0, 0, 0),
        (0, 0, 3, TRY_AGAIN),
        (10, 10, 1, TRY_AGAIN),
        (1, 10, 90, TRY_AGAIN),
    ],
)
def test_the_exit_status_says_whether_enough_mutants_were_noticed_or_time_ran_out(
    noticed: int, tried: int, missing: int, status: int
) -> None:
    assert exit_status(noticed, tried, missing) == status


@pytest.mark.parametrize("broken", [b"", b"{", b'{"key": "a", "source": "', b"[]\n", b'{"key": 1}\n', b"\xff\xfe\n"], ids=repr)
def test_a_truncated_result_is_ignored_and_the_others_are_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: bytes) -> None:
    path, test = "kernel/x.py", "tests/a.py"
    for name in (SOURCE + path, test):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("one")
    monkeypatch.setattr(results, "ROOT", tmp_path)
    monkeypatch.setattr(results, "FOLDER", tmp_path / "kept")
    monkeypatch.setattr(results, "tests_of", lambda _: [test])
    results.store(path, "before", "survived", "")
    (file,) = (tmp_path / "kept").iterdir()
    file.write_bytes(file.read_bytes() + broken)
    assert set(results.known(path)) == {"before"}
    results.store(path, "after", "survived", "")
    assert set(results.known(path)) == {"before", "after"}
    assert list((tmp_path / "kept").iterdir()) == [file]


def test_an_interrupted_write_keeps_the_known_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    path = "kernel/data/ids.py"
    results.store(path, "before", "survived", "")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        results.store(path, "after", "survived", "")
    assert set(results.known(path)) == {"before"}


@pytest.mark.parametrize("noted", [b"", b"{", b"[]", b'{"state": "now", "passed": "3"}'], ids=repr)
def test_an_unreadable_note_of_passed_runs_is_ignored(tmp_path: Path, noted: bytes) -> None:
    note = tmp_path / "orders.json"
    note.write_bytes(noted)
    assert test_long._noted(note, "now") == 0
    test_long._write(note, "now", 2)
    assert (test_long._noted(note, "now"), test_long._noted(note, "then")) == (2, 0)
    assert list(tmp_path.iterdir()) == [note]


@pytest.mark.parametrize("path", sorted(EQUIVALENT))
def test_every_mutant_listed_as_equivalent_exists(path: str) -> None:
    assert path in FILES
    keys = {mutant.key for mutant in mutants_of((ROOT / SOURCE / path).read_text(encoding="utf-8"))}
    assert set(EQUIVALENT[path]) - keys == set()


@pytest.mark.slow
def test_a_mutant_is_noticed_and_the_unchanged_file_passes() -> None:
    """A worker, with its own PostgreSQL and Valkey, tries a file as it is and with its first change."""
    worker = Worker()
    try:
        assert worker.try_one("kernel/data/ids.py", UNCHANGED, [])["outcome"] == "survived"
        assert worker.try_one("kernel/data/ids.py", 0, [])["outcome"] == "killed"
    finally:
        worker.stop()
