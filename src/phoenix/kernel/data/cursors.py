"""Cursors of lists: opaque, signed, and stable while rows are added, since they hold a position rather than a count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from types import GenericAlias
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct

from phoenix.kernel.errors import FieldError, InvalidInput, NotFound
from phoenix.kernel.language import _
from phoenix.kernel.security.crypto import Keys, from_base64url, same, to_base64url

T = TypeVar("T")

DEFAULT_LIMIT = 20
HIGHEST_LIMIT = 100
_MAC_BYTES = 12
_LONGEST = 1024


class Page(Struct, Generic[T], frozen=True):
    """Some rows of a list; `next_cursor` is None on its last page."""

    items: list[T]
    next_cursor: str | None = None


class CursorKind:
    """The cursors of one list: its name, and the parts of a position in it.

    `CURSOR = CursorKind("entries", datetime, str)` at the top of a file; the parts are datetime, int or str, or one of
    them `| None`. A cursor is valid only for its own list.
    """

    __slots__ = ("_decoder", "_name", "_parts")

    def __init__(self, name: str, *parts: Any) -> None:
        self._name = name
        self._parts = len(parts)
        self._decoder: msgspec.msgpack.Decoder[tuple[Any, ...]] = msgspec.msgpack.Decoder(GenericAlias(tuple, parts))

    def write(self, keys: Keys, *position: datetime | int | str | None, of: str = "") -> str:
        """The cursor of a position. Instants must be aware. `of` is what the list was narrowed to: the cursor is valid only for that."""
        if len(position) != self._parts or any(isinstance(part, datetime) and part.tzinfo is None for part in position):
            raise ValueError(f"This is not a position in {self._name}.")
        data = msgspec.msgpack.encode(position)
        return to_base64url(data + self._mac(keys, data, of))

    def read(self, keys: Keys, cursor: str | None, of: str = "") -> tuple[Any, ...] | None:
        """The position after which the page starts; None without a cursor, for the first page. Raises InvalidInput."""
        if cursor is None:
            return None
        data = from_base64url(cursor) if len(cursor) <= _LONGEST else None
        if data is None or not same(data[-_MAC_BYTES:], self._mac(keys, data[:-_MAC_BYTES], of)):
            raise _problem()
        try:
            return self._decoder.decode(data[:-_MAC_BYTES])
        except msgspec.MsgspecError:  # written by an older version, whose positions had other parts
            raise _problem() from None

    def page(self, keys: Keys, rows: Sequence[T], limit: int, key: Callable[[T], tuple[Any, ...]], of: str = "") -> Page[T]:
        """A page of at most `limit` rows. Fetch `limit + 1`: the extra row shows that there is a next page."""
        items = list(rows[:limit])
        return Page(items, self.write(keys, *key(items[-1]), of=of) if len(rows) > limit else None)

    def _mac(self, keys: Keys, data: bytes, of: str) -> bytes:
        return keys.mac("cursor", f"{self._name}\n{of}" if of else self._name, data)[:_MAC_BYTES]


def pick(items: Iterable[T], is_it: Callable[[T], bool]) -> T:
    """One item of a list that is short. Raises NotFound where it is not there."""
    for item in items:
        if is_it(item):
            return item
    raise NotFound


def parse_limit(text: str | int | None) -> int:
    """The number of items on a page: 20 by default, 1 to 100. Raises InvalidInput."""
    if text is None:
        return DEFAULT_LIMIT
    written = str(text)
    if written.isascii() and written.isdecimal() and len(written) <= len(str(HIGHEST_LIMIT)) and 1 <= int(written) <= HIGHEST_LIMIT:
        return int(written)
    sentence = _("The limit must be a whole number from 1 to %(highest)d.") % {"highest": HIGHEST_LIMIT}
    raise InvalidInput(sentence, errors=(FieldError("limit", "invalid_limit", sentence),))


def _problem() -> InvalidInput:
    sentence = _("This cursor doesn't belong to this list. Start again without one.")
    return InvalidInput(sentence, errors=(FieldError("cursor", "invalid_cursor", sentence),))
