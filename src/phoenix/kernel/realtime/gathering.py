"""Messages to rooms with many people: the first at once, then at most once a second how many there were since.

A busy organisation would otherwise send every message to everyone in it, and most of them are looking at something else. It does no
input or output: whoever sends asks it what to send now, and when to ask again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from phoenix.kernel.module import Newest

MOST_AT_ONCE = 50
EVERY_SECONDS = 1.0
OWN = "account:"

# A room, an event and what it carries.
RoomMessage: TypeAlias = tuple[str, str, Any]


@dataclass(slots=True)
class Counted:
    """How many messages came since the last that was sent, and when the next may be."""

    due: float
    new: int = 0
    newest: Newest | None = None


class Gathering:
    """`size` says how many are in a room of this process, `now` gives seconds that only grow. Rooms of up to `most` get every message, and so
    does someone's own room, however many sockets they have: what comes there is for them alone."""

    def __init__(self, size: Callable[[str], int], now: Callable[[], float], *, most: int = MOST_AT_ONCE) -> None:
        self._size = size
        self._now = now
        self._most = most
        self._counted: dict[tuple[str, str], Counted] = {}

    def take(self, messages: Iterable[RoomMessage]) -> list[RoomMessage]:
        """Those of these messages that are sent now; the others are counted."""
        sent = []
        for room, event, payload in messages:
            if counted := self._counted.get((room, event)):
                counted.new += 1
                counted.newest = payload if isinstance(payload, Newest) else None
                continue
            if self._size(room) > self._most and not room.startswith(OWN):
                self._counted[room, event] = Counted(self._now() + EVERY_SECONDS)
            sent.append((room, event, payload))
        return sent

    def due(self) -> list[RoomMessage]:
        """What was counted and may be sent now: whose room it is, and `new`; or the newest, if only that counts. Once nothing comes any more, the next message is sent at once."""
        now, sent = self._now(), []
        for (room, event), counted in list(self._counted.items()):
            if counted.due > now:
                continue
            if not counted.new:
                del self._counted[room, event]
                continue
            kind, _, name = room.partition(":")
            news = {kind: name, "new": counted.new} if name else {"new": counted.new}
            sent.append((room, event, news if counted.newest is None else counted.newest))
            self._counted[room, event] = Counted(now + EVERY_SECONDS)
        return sent

    def wait(self, longest: float) -> float:
        """The seconds until something may be due, but no more than `longest`."""
        first = min((counted.due for counted in self._counted.values()), default=float("inf"))
        return min(longest, max(0.0, first - self._now()))
