"""SQL as SQL, and what its rows become: matched by name, and checked against the schema by a test over every text."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import asyncpg
import msgspec

T = TypeVar("T")


class RowMismatchError(TypeError):
    """The columns of a statement are not the fields of what its rows become."""


class Query(Generic[T]):
    """One SQL text and what a row of it becomes. Columns are matched to fields by name, never by their order.

    `row` is a Struct, whose fields the columns are called after (`account_id AS account`), or a function with parameters of
    those names; for a single column it may be a plain type such as `int`.
    """

    __slots__ = ("_make", "row", "sql")

    def __init__(self, row: Callable[..., T], sql: str) -> None:
        self.row = row
        self.sql = sql
        self._make: Callable[[Sequence[Any]], T] | None = None

    def read(self, record: asyncpg.Record) -> T:
        """A row as what it becomes. Raises RowMismatchError, at the first row, where names do not match."""
        if self._make is None:
            self._make = self.matched(tuple(record.keys()))
        return self._make(record)

    def matched(self, columns: tuple[str, ...]) -> Callable[[Sequence[Any]], T]:
        """How a row with these columns is read. Raises RowMismatchError."""
        row = self.row
        fields = _fields(row)
        if fields is None:
            if len(columns) != 1 and not _takes_any(row):
                raise RowMismatchError(f"{len(columns)} columns for a single value: {', '.join(columns)}.")
            return lambda record: row(*record)
        names, required = fields
        if len(names) == len(columns) == 1:
            return lambda record: row(*record)
        wrong = [*(name for name in columns if name not in names), *(name for name in required if name not in columns)]
        if wrong or len(set(columns)) != len(columns):
            raise RowMismatchError(f"The columns {', '.join(columns)} are not the fields {', '.join(names)}; look at: {', '.join(wrong)}.")
        if columns == names[: len(columns)]:
            return lambda record: row(*record)
        return lambda record: row(**dict(zip(columns, record, strict=True)))


def _fields(row: Callable[..., Any]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """The names a row is made of, and those it cannot do without; None for a plain type, or what takes anything."""
    if isinstance(row, type):
        if not issubclass(row, msgspec.Struct):
            return None
        declared = msgspec.structs.fields(row)
        return tuple(f.name for f in declared), tuple(f.name for f in declared if f.required)
    parameters = inspect.signature(row).parameters.values()
    if any(p.kind in {p.VAR_POSITIONAL, p.VAR_KEYWORD} for p in parameters):
        return None
    return tuple(p.name for p in parameters), tuple(p.name for p in parameters if p.default is p.empty)


def _takes_any(row: Callable[..., Any]) -> bool:
    return not isinstance(row, type) and any(p.kind is p.VAR_POSITIONAL for p in inspect.signature(row).parameters.values())


def query(row: Callable[..., T], sql: str) -> Query[T]:
    """Name an SQL text and what its rows become, as Query says."""
    return Query(row, sql)


def command(sql: str) -> Query[None]:
    """Name an SQL text that gives no rows."""
    return Query(lambda *_: None, sql)
