"""Waiting for something to become true, with a deadline: the only place in the tests that sleeps.

Wait for an event where there is one to wait for. These functions are for states without an event: a page, another process, a file.
"""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

T = TypeVar("T")

LOOK_SECONDS = 0.02


def eventually(
    look: Callable[[], T | None], seconds: float = 30, *, what: str | Callable[[], str] = "", lost: tuple[type[Exception], ...] = ()
) -> T:
    """Returns the result of `look` as soon as it is true. Errors of the kinds in `lost` mean “not yet”. Fails with `what` after a deadline."""
    end = time.monotonic() + seconds
    while True:
        try:
            if found := look():
                return found
        except lost:
            pass
        assert time.monotonic() < end, what() if callable(what) else what or "it did not happen in time"
        time.sleep(LOOK_SECONDS)


@overload
async def until(look: Callable[[], Awaitable[T | None]], seconds: float = 30, *, what: str = "") -> T: ...
@overload
async def until(look: Callable[[], T | None], seconds: float = 30, *, what: str = "") -> T: ...
async def until(look: Callable[[], Any], seconds: float = 30, *, what: str = "") -> Any:
    """As `eventually`, without blocking the event loop. `look` can be a coroutine function."""
    end = time.monotonic() + seconds
    while True:
        seen = look()
        found = await seen if inspect.isawaitable(seen) else seen
        if found:
            return found
        assert time.monotonic() < end, what or "it did not happen in time"
        await asyncio.sleep(LOOK_SECONDS)
