"""What one socket was sent of numbered messages, so that it receives none twice and none out of order."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any

from phoenix.kernel.module import Numbered
from phoenix.kernel.realtime.gathering import RoomMessage


class InOrder:
    """The highest number of each room and event. Until the socket has caught up, numbered messages that come wait behind what it missed."""

    __slots__ = ("_last", "_waiting")

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], int] | None = None
        self._waiting: list[RoomMessage] | None = []

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting or ())

    def takes(self, room: str, event: str, numbered: Numbered) -> bool:
        """Whether it is sent now."""
        if self._waiting is not None:
            self._waiting.append((room, event, numbered))
            return False
        return self._next(room, event, numbered) is not None

    def catch_up(self, replayed: Iterable[RoomMessage], rooms: Container[str]) -> list[tuple[str, Any]]:
        """What is sent of what it missed, and then of what waited: nothing of a room that it is no longer in. What has no room is for it alone."""
        waiting, self._waiting = self._waiting or [], None
        sent = []
        for room, event, payload in (*replayed, *waiting):
            numbered = isinstance(payload, Numbered)
            if (room and room not in rooms) or (numbered and payload.within and payload.within not in rooms):
                continue
            found = self._next(room, event, payload) if numbered else (event, payload)
            if found is not None:
                sent.append(found)
        return sent

    def _next(self, room: str, event: str, numbered: Numbered) -> tuple[str, Any] | None:
        if numbered.number <= (self._last or {}).get((room, event), 0):
            return None
        # Most sockets of people without notifications never need it.
        self._last = {**(self._last or {}), (room, event): numbered.number}
        return None if numbered.payload is None else (event, numbered.payload)
