"""Lists in pages: the order is declared once, and gives ORDER BY, the position in the cursor and where a page starts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from phoenix.kernel.data.cursors import CursorKind, Page
from phoenix.kernel.data.database import Reader
from phoenix.kernel.data.query import Query
from phoenix.kernel.security.crypto import Keys

T = TypeVar("T")

# Before every row that rises, and before every row that falls: a row that lay outside would be on no page.
_STARTS: dict[tuple[Any, bool], Any] = {
    (datetime, False): datetime(1, 1, 1, tzinfo=UTC),
    (datetime, True): datetime(9999, 12, 31, tzinfo=UTC),
    (int, False): -(2**62),
    (int, True): 2**62,
    (str, False): "",
    (str, True): "\U0010ffff",
}


class Order:
    """The order of a list: `Order("occurred_at DESC", "id DESC")`. All parts rise or all fall, and the last one is unique.

    A part is a column; the row has a field of its name, or of that behind AS: `Order("m.joined_at", "a.id AS account")`.
    """

    def __init__(self, *parts: str) -> None:
        self._parts = parts
        self.falls = parts[0].endswith(" DESC")
        if any(part.endswith(" DESC") != self.falls for part in parts):
            raise ValueError("The parts of an order all rise or all fall.")
        named = [part.removesuffix(" DESC").partition(" AS ") for part in parts]
        self.columns = [column for column, _, _ in named]
        self.fields = [field or column.rpartition(".")[2] for column, _, field in named]

    def reversed(self) -> Order:
        """The same order from its end."""
        return Order(*(part.removesuffix(" DESC") if self.falls else f"{part} DESC" for part in self._parts))


class Paged(Query[T]):
    """A query for a page of a list; see `paged`. `start` is the position before its first row."""

    __slots__ = ("_cursors", "_fields", "start")

    def __init__(self, name: str, row: type[T], order: Order, sql: str) -> None:
        types = {field.name: field.type for field in msgspec.structs.fields(row)}  # type: ignore[arg-type]
        kinds = [types[field] for field in order.fields]
        self._fields = order.fields
        self._cursors = CursorKind(name, *kinds)
        self.start: tuple[Any, ...] = tuple(_STARTS[kind, order.falls] for kind in kinds)
        first = max((int(number) for number in re.findall(r"\$(\d+)", sql)), default=0) + 1
        position = ", ".join(f"${first + number}" for number in range(len(kinds)))
        after = f"({', '.join(order.columns)}) {'<' if order.falls else '>'} ({position})"
        by = ", ".join(f"{column}{' DESC' if order.falls else ''}" for column in order.columns)
        super().__init__(row, sql.replace("{after}", after).replace("{order}", f"ORDER BY {by} LIMIT ${first + len(kinds)}"))

    async def page(self, db: Reader, keys: Keys, *args: object, cursor: str | None, limit: int, of: str = "") -> Page[T]:
        """At most `limit` rows behind the cursor: one query. Raises InvalidInput for a cursor of another list, or of another part of it (`of`)."""
        position = self._cursors.read(keys, cursor, of) or self.start
        # One more shows that there is a next page.
        rows = await db.all(self, *args, *position, limit + 1)
        return self._cursors.page(keys, rows, limit, key=self._position, of=of)

    def behind(self, keys: Keys, row: T, of: str = "") -> str:
        """The cursor of the page that begins behind a row."""
        return self._cursors.write(keys, *self._position(row), of=of)

    def _position(self, row: T) -> tuple[Any, ...]:
        return tuple(getattr(row, field) for field in self._fields)


def paged(name: str, row: Callable[..., T], order: Order, sql: str) -> Paged[T]:
    """Declare a list: `name` is that of its cursors, `row` a Struct. In the text `{after}` is the condition that a row is behind the
    cursor, and `{order}` its ORDER BY and LIMIT; their parameters follow its own.
    """
    return Paged(name, row, order, sql)  # type: ignore[arg-type]
