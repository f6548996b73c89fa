"""How rows become values: columns are matched to fields by name, in any order, and a mismatch is an error at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from msgspec import Struct
from tests.harness import Harness

from phoenix.kernel.data.query import Query, RowMismatchError, command, query


class Pair(Struct):
    id: str
    name: str = ""


class Single(Struct):
    id: str


def named(id: str, name: str = "") -> tuple[str, str]:  # noqa: A002 - the name of a column
    return id, name


def gathered(*columns: Any) -> tuple[Any, ...]:
    return columns


def labelled(**columns: Any) -> dict[str, Any]:
    return columns


@pytest.mark.parametrize(
    ("row", "columns", "values", "made"),
    [
        (int, ("count",), (7,), 7),
        (Single, ("account_id",), ("acc_1",), Single("acc_1")),
        (Single, ("id",), ("acc_1",), Single("acc_1")),
        (Pair, ("id",), ("acc_1",), Pair("acc_1", "")),
        (Pair, ("id", "name"), ("acc_1", "Ada"), Pair("acc_1", "Ada")),
        (Pair, ("name", "id"), ("Ada", "acc_1"), Pair("acc_1", "Ada")),
        (named, ("id",), ("acc_1",), ("acc_1", "")),
        (named, ("name", "id"), ("Ada", "acc_1"), ("acc_1", "Ada")),
        (gathered, ("a", "b", "c"), (1, 2, 3), (1, 2, 3)),
        (gathered, (), (), ()),
    ],
)
def test_a_row_is_read_into_its_type(row: Callable[..., Any], columns: tuple[str, ...], values: tuple[Any, ...], made: object) -> None:
    assert query(row, "SELECT").matched(columns)(values) == made


@pytest.mark.parametrize(
    ("row", "columns", "words"),
    [
        (int, ("id", "name"), "2 columns for a single value: id, name"),
        (int, (), "0 columns for a single value"),
        (labelled, ("id", "name"), "2 columns for a single value"),
    ],
)
def test_a_single_value_row_has_one_column(row: Callable[..., Any], columns: tuple[str, ...], words: str) -> None:
    with pytest.raises(RowMismatchError, match=words):
        query(row, "SELECT 1").matched(columns)


@pytest.mark.parametrize("row", [Pair, named])
@pytest.mark.parametrize(
    ("columns", "wrong"),
    [
        (("id", "title"), "title"),
        (("name",), "id"),
        (("name", "name"), "id"),
        (("id", "id"), ""),
        (("id", "name", "size"), "size"),
        ((), "id"),
    ],
)
def test_columns_are_matched_to_fields_by_name(row: Callable[..., Any], columns: tuple[str, ...], wrong: str) -> None:
    with pytest.raises(RowMismatchError, match=f"are not the fields id, name; look at: {wrong}\\.$"):
        query(row, "SELECT 1").matched(columns)


def test_a_row_shorter_than_its_columns_is_an_internal_error() -> None:
    read = query(Pair, "SELECT").matched(("name", "id"))
    with pytest.raises(ValueError, match="shorter"):
        read(("Ada",))


class Counted(Query[Pair]):
    """Counts how often its columns were matched."""

    times = 0

    def matched(self, columns: tuple[str, ...]) -> Callable[[Sequence[Any]], Pair]:
        self.times += 1
        return super().matched(columns)


def test_the_columns_of_a_result_are_matched_only_once(harness: Harness) -> None:
    pairs = Counted(Pair, "SELECT name, id FROM (VALUES ('acc_1', 'Ada'), ('acc_2', 'Bo')) AS found (id, name)")

    async def run() -> None:
        async with harness, harness.runtime.database.reader() as reader:
            for _ in range(2):
                assert await reader.all(pairs) == [Pair("acc_1", "Ada"), Pair("acc_2", "Bo")]
            assert pairs.times == 1

    asyncio.run(run())


def test_a_command_returns_no_rows() -> None:
    assert command("DELETE FROM entries").matched(("id", "name"))(("ent_1", "t")) is None
