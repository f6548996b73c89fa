"""Turns: so much is done at once, and no more than a part of it for one organisation, so that the others do not wait behind it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass


@dataclass(slots=True)
class _Line:
    """Those of one name: they are done, or wait, in the order in which they came."""

    turn: asyncio.Semaphore
    length: int = 0


class Turns:
    """`most` at once, `most_of_one` of them for the same name."""

    def __init__(self, most: int, most_of_one: int) -> None:
        self._all = asyncio.Semaphore(most)
        self._most_of_one = most_of_one
        self._lines: dict[str, _Line] = {}

    def __len__(self) -> int:
        """How many names are done or wait."""
        return len(self._lines)

    @contextlib.asynccontextmanager
    async def of(self, name: str) -> AsyncIterator[None]:
        line = self._lines.setdefault(name, _Line(asyncio.Semaphore(self._most_of_one)))
        line.length += 1
        try:
            # Whoever waits for those of its own name takes no place from the others.
            async with line.turn, self._all:
                yield
        finally:
            line.length -= 1
            if not line.length:
                del self._lines[name]
