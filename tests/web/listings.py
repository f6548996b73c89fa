"""Pages of lists for the sample contexts, of the real declarations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from phoenix.kernel.data.listed import Asked, Listed
from phoenix.kernel.data.short import Short
from phoenix.kernel.web.listing import Listing


def listing(
    listed: Listed[Any] | Short[Any],
    items: Sequence[Any],
    path: str,
    *,
    more: bool = False,
    cursor: str | None = None,
    also: dict[str, str] | None = None,
    **asked: str,
) -> Listing[Any]:
    """A page of a list as its address asks for it; `more` if there is another, `cursor` if it is not the first."""
    chosen = listed.read(lambda name: asked.get(name, ""))
    return Listing(items, listed.sorts, listed.filters, listed.search, chosen, path, "c" if more else None, cursor, also or {})


def plain(items: Sequence[Any], path: str, *, more: bool = False, cursor: str | None = None) -> Listing[Any]:
    """A page of a list with nothing to choose."""
    return Listing(items, (), (), None, Asked("", falls=False), path, "c" if more else None, cursor)
