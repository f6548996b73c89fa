"""A list on a page: its rows, and the addresses of what else can be asked of it. All of its state is in the address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from phoenix.kernel.data.cursors import Page
from phoenix.kernel.data.listed import Asked, Filter, Listed, Search, Sort
from phoenix.kernel.data.short import Short
from phoenix.kernel.i18n.templates import query
from phoenix.kernel.web.call import Call

T = TypeVar("T")
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a column: where it leads, and the order now, "" if the list is not sorted by it."""

    href: str
    now: str


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """A page of a list, for its template. `also` is what else the address of the page holds."""

    items: Sequence[T]
    sorts: Sequence[Sort]
    filters: Sequence[Filter]
    search: Search | None
    asked: Asked
    path: str
    next: str | None = None
    cursor: str | None = None
    also: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        return self.asked.words

    @property
    def first(self) -> bool:
        """Whether this is the first page."""
        return self.cursor is None

    @property
    def narrowed(self) -> bool:
        """Whether something was searched or filtered."""
        return bool(self.asked.words or self.asked.filters)

    @property
    def sorted_by(self) -> str:
        """The order in the address, "" for that of readers who choose none."""
        if not self.sorts:
            return ""
        first = self.sorts[0]
        plain = self.asked.sort == first.name and self.asked.falls == first.order.falls
        return "" if plain else _written(self.asked.sort, falls=self.asked.falls)

    @property
    def orders(self) -> list[tuple[str, str, bool]]:
        """Every order as a choice: its value, the label of its column, and whether it falls."""
        return [
            (_written(one.name, falls=falls), one.label, falls) for one in self.sorts for falls in (one.order.falls, not one.order.falls)
        ]

    @property
    def order(self) -> str:
        """The order now, as one of the choices."""
        return _written(self.asked.sort, falls=self.asked.falls)

    def heading(self, name: str) -> Heading:
        """The head of the column that an order is named after: it sorts by it, or turns the order round."""
        sort = next(one for one in self.sorts if one.name == name)
        here = self.asked.sort == name
        falls = not self.asked.falls if here else sort.order.falls
        now = ("descending" if self.asked.falls else "ascending") if here else ""
        plain = sort is self.sorts[0] and falls == sort.order.falls
        return Heading(self._address(sort="" if plain else _written(name, falls=falls)), now)

    @property
    def start(self) -> str:
        """The first page of the same order, filters and search."""
        return self._address()

    @property
    def more(self) -> str:
        """The next page, "" on the last one."""
        return self._address(cursor=self.next) if self.next else ""

    @property
    def everything(self) -> str:
        """The list without a search or filter."""
        return query(self.path, **self.also, sort=self.sorted_by)

    def place(self, row: str = "") -> str:
        """This page of the list at a row: what a form of the row sends along, so that its act leads back here."""
        return self._address(cursor=self.cursor) + (f"#{row}" if row else "")

    def _address(self, sort: str | None = None, cursor: str | None = None) -> str:
        searched = {self.search.name: self.asked.words} if self.search else {}
        chosen = self.sorted_by if sort is None else sort
        return query(self.path, **self.also, **searched, **self.asked.filters, sort=chosen, cursor=cursor)


async def listing(
    call: Call,
    listed: Listed[T],
    *args: object,
    limit: int = PAGE_SIZE,
    also: Mapping[str, str] | None = None,
    choices: Mapping[str, Iterable[tuple[str, str]]] | None = None,
) -> Listing[T]:
    """The page of the list that the address asks for: one query. Raises InvalidInput for what the list does not offer.

    `choices` replace those of filters that are known only while Phoenix runs.
    """
    filters = [replace(one, choices=tuple(choices[one.name])) if choices and one.name in choices else one for one in listed.filters]
    asked, cursor = listed.read(call.query, filters), call.query("cursor") or None
    found = await listed.page(call.db, call.runtime.keys, *args, asked=asked, cursor=cursor, limit=limit)
    return Listing(found.items, listed.sorts, filters, listed.search, asked, call.here, found.next_cursor, cursor, also or {})


def short_listing(call: Call, short: Short[T], items: Iterable[T], *, also: Mapping[str, str] | None = None) -> Listing[T]:
    """A short list as the address asks for it."""
    asked = short.read(call.query)
    return Listing(short.select(items, asked), short.sorts, short.filters, short.search, asked, call.here, also=also or {})


def plain_listing(
    call: Call, found: Page[T], *, path: str = "", also: Mapping[str, str] | None = None, cursor: str | None = None
) -> Listing[T]:
    """A page of a list that has one order and nothing to choose, behind the cursor in the address, or this one."""
    cursor = cursor or call.query("cursor") or None
    return Listing(found.items, (), (), None, Asked("", falls=False), path or call.here, found.next_cursor, cursor, also or {})


def _written(name: str, *, falls: bool) -> str:
    return f"-{name}" if falls else name
