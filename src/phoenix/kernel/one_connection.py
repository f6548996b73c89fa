"""One connection a request: while it holds one, it neither waits for a second nor does costly work. Watched outside production.

If every request of a full pool waited for a second connection, none would ever get one; and a connection that is held while a
password is hashed keeps others waiting.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Protocol


class Holder(Protocol):
    """What takes a connection for a request."""

    @property
    def holds(self) -> bool:
        """Whether it has one now."""


_HOLDER: ContextVar[Holder | None] = ContextVar("holder", default=None)
_MAY_COST: ContextVar[bool] = ContextVar("may_cost", default=True)


def take(holder: Holder) -> None:
    """Note the holder. Raises RuntimeError if the request already holds a connection."""
    held = _HOLDER.get()
    if held is not None and held is not holder and held.holds:
        raise RuntimeError("This request holds a connection and asks for a second one. Read before the transaction begins, or in it.")
    _HOLDER.set(holder)


@contextlib.contextmanager
def costs(*, declared: bool) -> Iterator[None]:
    """During the block, which handles a request, costly work is allowed only where its route has `declared` it."""
    before = _MAY_COST.set(declared)
    try:
        yield
    finally:
        _MAY_COST.reset(before)


def check_cost() -> None:
    """Raises RuntimeError for costly work of a route that has not declared it, or that holds a connection."""
    held = _HOLDER.get()
    if not _MAY_COST.get():
        raise RuntimeError('This route does costly work. Declare it: costs="argon2".')
    if held is not None and held.holds:
        raise RuntimeError("Costly work while the request holds a connection. Do it before the first statement of the transaction.")
