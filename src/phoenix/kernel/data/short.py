"""Lists that are short whatever happens, such as those of what is declared: sorted, filtered and searched in memory, as others are in SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from phoenix.kernel.data.listed import Asked, Filter, Listed, Search, Sort
from phoenix.kernel.data.paged import Order

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """An order of a short list: what its items are sorted by, and whether the first is the highest."""

    name: str
    label: str
    key: Callable[[T], Any]
    falls: bool = False


@dataclass(frozen=True, slots=True)
class Choice(Generic[T]):
    """A filter of a short list: `value_of` an item is one of its choices."""

    name: str
    label: str
    every: str
    choices: tuple[tuple[str, str], ...]
    value_of: Callable[[T], str]


class Short(Generic[T]):
    """A list in memory. With `words_of` it has a search box, labelled `label`, for what is in the words of an item."""

    def __init__(
        self,
        *,
        columns: Sequence[Column[T]],
        choices: Sequence[Choice[T]] = (),
        words_of: Callable[[T], str] | None = None,
        label: str = "",
    ) -> None:
        self._columns, self._choices, self._words_of = {one.name: one for one in columns}, tuple(choices), words_of
        search = Search(label, lambda words: ("", (words,)), {}, ()) if words_of else None
        sorts = [Sort(one.name, one.label, Order(f"{one.name}{' DESC' if one.falls else ''}")) for one in columns]
        filters = [Filter(one.name, one.label, one.every, one.choices, "") for one in choices]
        offers: Listed[Any] = Listed("", object, "", sorts=sorts, filters=filters, search=search, sample=())
        self.sorts, self.filters, self.search, self.read = offers.sorts, offers.filters, offers.search, offers.read

    def select(self, items: Iterable[T], asked: Asked) -> list[T]:
        """The items that are asked for, in the order that is; equal ones as they came."""
        found = list(items)
        for one in self._choices:
            if one.name in asked.filters:
                found = [item for item in found if one.value_of(item) == asked.filters[one.name]]
        if self._words_of is not None and asked.words:
            words_of, wanted = self._words_of, asked.words.casefold().split()
            found = [item for item in found if all(word in words_of(item).casefold() for word in wanted)]
        return sorted(found, key=self._columns[asked.sort].key, reverse=asked.falls)
