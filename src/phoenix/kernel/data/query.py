"""Plain SQL and the types of its rows: matched by name, and checked against the schema by a test of every query."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import asyncpg
import msgspec

T = TypeVar("T")


class RowMismatchError(TypeError):
    """The columns of a statement do not match the fields of its row type."""


class Query(Generic[T]):
    """An SQL query and the type of its rows. Columns are matched to fields by name, never by order.

    `row` is a Struct with fields named like the columns (`account_id AS account`), or a function with parameters of those
    names. For a single column it can be a plain type such as `int`.
    """

    __slots__ = ("_make", "row", "sql")

    def __init__(self, row: Callable[..., T], sql: str) -> None:
        self.row = row
        self.sql = sql
        self._make: Callable[[Sequence[Any]], T] | None = None

    def read(self, record: asyncpg.Record) -> T:
        """A row as its type. Raises RowMismatchError at the first row if the names do not match."""
        if self._make is None:
            self._make = self.matched(tuple(record.keys()))
        return self._make(record)

    def matched(self, columns: tuple[str, ...]) -> Callable[[Sequence[Any]], T]:
        """The function that reads a row with these columns. Raises RowMismatchError."""
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
    """The names of a row type's fields, and those that are required; None for a plain type, or one that takes anything."""
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


@dataclass(frozen=True, slots=True)
class Rows(Generic[T]):
    """The rows of a query that are yet to be read, a few at a time: for what may be too much for memory."""

    query: Query[T]
    arguments: tuple[object, ...]


def query(row: Callable[..., T], sql: str) -> Query[T]:
    """Declare an SQL query and the type of its rows; see Query."""
    return Query(row, sql)


def command(sql: str) -> Query[None]:
    """Declare an SQL statement that returns no rows."""
    return Query(lambda *_: None, sql)
