"""What one socket was sent of numbered messages, so that it receives none twice and none out of order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from phoenix.kernel.module import Numbered


class InOrder:
    """The highest number of each event. Until the socket has caught up, numbered messages that come wait behind what it missed."""

    __slots__ = ("_last", "_waiting")

    def __init__(self) -> None:
        self._last: dict[str, int] | None = None
        self._waiting: list[tuple[str, Numbered]] | None = []

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting or ())

    def takes(self, event: str, numbered: Numbered) -> bool:
        """Whether it is sent now."""
        if self._waiting is not None:
            self._waiting.append((event, numbered))
            return False
        return self._next(event, numbered) is not None

    def catch_up(self, replayed: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
        """What is sent of what it missed, and then of what waited."""
        waiting, self._waiting = self._waiting or [], None
        sent = []
        for event, payload in (*replayed, *waiting):
            found = self._next(event, payload) if isinstance(payload, Numbered) else (event, payload)
            if found is not None:
                sent.append(found)
        return sent

    def _next(self, event: str, numbered: Numbered) -> tuple[str, Any] | None:
        if numbered.number <= (self._last or {}).get(event, 0):
            return None
        # Most sockets of people without notifications never need it.
        self._last = {**(self._last or {}), event: numbered.number}
        return None if numbered.payload is None else (event, numbered.payload)
