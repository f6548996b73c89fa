"""One timer for all connections: each has one moment at which it is looked at next."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar


class Timed(Protocol):
    """What a wheel keeps, which owns both numbers. `due` is the tick to look at it, `place` where it is kept: 0 is nowhere."""

    due: int
    place: int


T = TypeVar("T", bound=Timed)


class Wheel(Generic[T]):
    """Calls `fire` for everything that is due, at most one tick late. Times and the tick are in seconds.

    Looking at something later than planned only notes the moment: it moves there once its old place comes up. So a message that puts
    off a time-out costs one assignment, and there is one timer however many connections there are.
    """

    def __init__(self, fire: Callable[[T], None], tick: float) -> None:
        self._fire = fire
        self._tick = tick
        self._places: dict[int, set[T]] = {}
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return sum(len(place) for place in self._places.values())

    def look_in(self, one: T, seconds: float) -> None:
        """Look at it after this time instead of whenever it was planned."""
        one.due = math.floor((self._loop.time() + seconds) / self._tick) + 1
        if one.place and one.place <= one.due:
            return
        self._leave(one)
        self._keep(one)
        if self._timer is None:
            self._timer = self._loop.call_later(self._tick, self._turn)

    def forget(self, one: T) -> None:
        """Look at it no more."""
        self._leave(one)
        one.due = 0

    def stop(self) -> None:
        """Look at nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._places.clear()

    def _keep(self, one: T) -> None:
        one.place = one.due
        self._places.setdefault(one.due, set()).add(one)

    def _leave(self, one: T) -> None:
        place = self._places.get(one.place)
        if place is not None:
            place.discard(one)
            if not place:
                del self._places[one.place]
        one.place = 0

    def _turn(self) -> None:
        self._timer = None
        now = math.floor(self._loop.time() / self._tick)
        for moment in sorted(moment for moment in self._places if moment <= now):
            for one in self._places.pop(moment, ()):
                one.place = 0
                if one.due > now:
                    self._keep(one)
                elif one.due:
                    self._fire(one)
        # Whatever was fired may have begun the next turn.
        if self._places and self._timer is None:
            self._timer = self._loop.call_later(self._tick, self._turn)
