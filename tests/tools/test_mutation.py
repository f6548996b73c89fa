"""The mutation run: what it changes, which results still count, and that its lists name what is there."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from tools.mutation import results, table
from tools.mutation.__main__ import UNCHANGED, Worker
from tools.mutation.equivalent import EQUIVALENT
from tools.mutation.mutants import mutants_of, mutated
from tools.mutation.table import PARTS, ROOT, SOURCE

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


def test_one_thing_is_changed_at_a_time() -> None:
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
def test_operators(before: str, after: list[str]) -> None:
    assert [ast.unparse(mutated(before, mutant.index)) for mutant in mutants_of(before)] == after


def test_a_result_counts_until_the_file_or_the_test_that_noticed_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
def test_the_table_names_files_that_are_there(path: str) -> None:
    assert (ROOT / SOURCE / path).is_file()
    assert [test for test in table.tests_of(path) if not (ROOT / test).is_file()] == []


@pytest.mark.parametrize("path", sorted(EQUIVALENT))
def test_what_cannot_be_noticed_is_a_change_that_is_made(path: str) -> None:
    assert path in FILES
    keys = {mutant.key for mutant in mutants_of((ROOT / SOURCE / path).read_text(encoding="utf-8"))}
    assert set(EQUIVALENT[path]) - keys == set()


@pytest.mark.slow
def test_a_change_is_noticed_and_none_is_not() -> None:
    """A worker, with its own PostgreSQL and Valkey, tries a file as it is and with its first change."""
    worker = Worker()
    try:
        assert worker.try_one("kernel/data/ids.py", UNCHANGED, [])["outcome"] == "survived"
        assert worker.try_one("kernel/data/ids.py", 0, [])["outcome"] == "killed"
    finally:
        worker.stop()
