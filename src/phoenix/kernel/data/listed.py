"""Lists that readers sort, filter and search: what they offer is declared once, and gives SQL, cursors, indexes to test and links."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from phoenix.kernel.data.cursors import Page
from phoenix.kernel.data.database import Reader
from phoenix.kernel.data.paged import Order, Paged
from phoenix.kernel.errors import FieldError, InvalidInput
from phoenix.kernel.language import _
from phoenix.kernel.security.crypto import Keys

T = TypeVar("T")
LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True)
class Sort:
    """An order that readers choose, and its reverse. The first one of a list is that of readers who choose none."""

    name: str
    label: str
    order: Order


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice among a few values, pairs of a value and its words; `every` are the words for all of them.

    `where` is a condition with `{value}`, or one for each value, which a partial index can serve.
    """

    name: str
    label: str
    every: str
    choices: tuple[tuple[str, str], ...]
    where: str | Mapping[str, str]

    def conditions(self) -> Iterator[tuple[str, str]]:
        """A value for each condition there is."""
        if isinstance(self.where, str):
            yield self.choices[0][0], self.where
        else:
            yield from self.where.items()


@dataclass(frozen=True, slots=True)
class Search:
    """A search box. `read` says of what was typed which kind of search it is, and its parameters; `where` has the condition of each kind,
    with `{0}`, `{1}` for them. `samples` has words for each kind.
    """

    label: str
    read: Callable[[str], tuple[str, tuple[object, ...]]]
    where: Mapping[str, str]
    samples: tuple[str, ...]
    name: str = "q"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader chose of a list: the name of an order and whether it falls, the values of filters, and words to search for."""

    sort: str
    falls: bool
    filters: Mapping[str, str] = field(default_factory=dict)
    words: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A query of a list with typical arguments, for the test of its plan."""

    name: str
    query: Paged[Any]
    arguments: tuple[object, ...]


class Listed(Generic[T]):
    """A list as a query for each of its orders, filters and searches; see `listed`."""

    def __init__(
        self,
        name: str,
        row: type[T],
        sql: str | Mapping[str, str],
        *,
        sorts: Sequence[Sort],
        filters: Sequence[Filter],
        search: Search | None,
        sample: tuple[object, ...],
    ) -> None:
        self.name, self.sorts, self.filters, self.search = name, tuple(sorts), tuple(filters), search
        self._row, self._sample = row, sample
        self._sql = {"": sql} if isinstance(sql, str) else dict(sql)
        self._made: dict[tuple[Any, ...], Paged[T]] = {}

    def read(self, value_of: Callable[[str], str], filters: Sequence[Filter] | None = None) -> Asked:
        """What an address asks for. Raises InvalidInput for an order or a filter that there is not.

        `filters` are those of the list with other choices, where these are known only while it runs.
        """
        sort, falls = self.sorts[0], self.sorts[0].order.falls
        if written := value_of("sort"):
            named = {one.name: one for one in self.sorts}
            if written.removeprefix("-") not in named:
                raise _unknown("sort", _("This list can't be sorted that way."))
            sort, falls = named[written.removeprefix("-")], written.startswith("-")
        chosen = {}
        for one in self.filters if filters is None else filters:
            if value := value_of(one.name):
                if value not in dict(one.choices):
                    raise _unknown(one.name, _("This list can't be filtered that way."))
                chosen[one.name] = value
        words = " ".join(value_of(self.search.name)[:LONGEST_SEARCH].replace("\0", "").split()) if self.search else ""
        return Asked(sort.name, falls, chosen, words)

    async def page(self, db: Reader, keys: Keys, *args: object, asked: Asked | None = None, cursor: str | None, limit: int) -> Page[T]:
        """At most `limit` rows behind the cursor: one query. Raises InvalidInput for a cursor of another order, filter or search."""
        asked = asked or self.read(lambda name: "")
        kind, found = self._searched(asked.words)
        query = self._query(asked, kind)
        values = tuple(asked.filters[one.name] for one in self.filters if one.name in asked.filters and isinstance(one.where, str))
        of = "\n".join([*(f"{name}={value}" for name, value in sorted(asked.filters.items())), asked.words]).strip()
        return await query.page(db, keys, *args, *found, *values, cursor=cursor, limit=limit, of=of)

    @property
    def plain(self) -> Paged[T]:
        """The query of readers who choose nothing."""
        return self._query(self.read(lambda name: ""), "")

    def plans(self) -> Iterator[Plan]:
        """Every query there is: each order, both ways, with each search and filter."""
        choices = [[None, *one.conditions()] for one in self.filters]
        for sort, falls, words in itertools.product(self.sorts, (False, True), ("", *(self.search.samples if self.search else ()))):
            kind, found = self._searched(words)
            for chosen in itertools.product(*choices):
                filters = {one.name: each[0] for one, each in zip(self.filters, chosen, strict=True) if each is not None}
                query = self._query(Asked(sort.name, falls, filters, words), kind)
                values = tuple(filters[one.name] for one in self.filters if one.name in filters and isinstance(one.where, str))
                named = " ".join([f"{'-' if falls else ''}{sort.name}", *([kind or "found"] if words else []), *filters.values()])
                yield Plan(named, query, (*self._sample, *found, *values, *query.start, 51))

    def _searched(self, words: str) -> tuple[str, tuple[object, ...]]:
        return self.search.read(words) if self.search and words else ("", ())

    def _query(self, asked: Asked, kind: str) -> Paged[T]:
        given = tuple((one, asked.filters[one.name]) for one in self.filters if one.name in asked.filters)
        key = (asked.sort, asked.falls, kind, *(value if not isinstance(one.where, str) else one.name for one, value in given))
        if key not in self._made:
            self._made[key] = self._make(asked, kind, given)
        return self._made[key]

    def _make(self, asked: Asked, kind: str, given: Iterable[tuple[Filter, str]]) -> Paged[T]:
        sort = next(one for one in self.sorts if one.name == asked.sort)
        sql = self._sql.get(kind, self._sql[""])
        conditions = [self.search.where[kind]] if self.search and kind and self.search.where.get(kind) else []
        number = max((int(found) for found in re.findall(r"\$(\d+)", sql)), default=0)
        placed = sql + " ".join(conditions)
        searched = sorted({int(found) for found in re.findall(r"\{(\d)\}", placed)})
        places = {f"{{{each}}}": f"${number + 1 + each}" for each in searched}
        number += len(searched)
        for one, value in given:
            if isinstance(one.where, str):
                number += 1
                conditions.append(one.where.replace("{value}", f"${number}"))
            else:
                conditions.append(one.where[value])
        text = sql.replace("{where}", " AND ".join(["{after}", *(f"({condition})" for condition in conditions)]))
        for place, parameter in places.items():
            text = text.replace(place, parameter)
        order = sort.order if asked.falls == sort.order.falls else sort.order.reversed()
        first = sort is self.sorts[0] and asked.falls == sort.order.falls
        return Paged(self.name if first else f"{self.name} by {sort.name}{' falling' if asked.falls else ''}", self._row, order, text)


def listed(
    name: str,
    row: Callable[..., T],
    sql: str | Mapping[str, str],
    *,
    sorts: Sequence[Sort],
    filters: Sequence[Filter] = (),
    search: Search | None = None,
    sample: tuple[object, ...] = (),
) -> Listed[T]:
    """Declare a list: `name` is that of its cursors, `row` a Struct. In the text `{where}` is the condition that a row is behind the cursor and
    asked for, and `{order}` its ORDER BY and LIMIT. A kind of search can have a text of its own. `sample` are typical arguments.
    """
    return Listed(name, row, sql, sorts=sorts, filters=filters, search=search, sample=sample)  # type: ignore[arg-type]


def _unknown(name: str, sentence: str) -> InvalidInput:
    return InvalidInput(sentence, errors=(FieldError(name, f"invalid_{name}", sentence),))
