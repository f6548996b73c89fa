"""The one place that reads the wall clock, so that a test can set it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """A source of the current time."""

    def now(self) -> datetime:
        """The current instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    __slots__ = ()

    def now(self) -> datetime:
        return datetime.now(UTC)


class SetClock:
    """A clock that stands still until it is moved, for tests and rehearsals."""

    __slots__ = ("_now",)

    def __init__(self, now: datetime) -> None:
        self.set(now)

    def now(self) -> datetime:
        return self._now

    def set(self, now: datetime) -> None:
        """Raises ValueError for an instant without a time zone."""
        if now.tzinfo is None:
            raise ValueError("A time needs a time zone.")
        self._now = now.astimezone(UTC)

    def advance(self, **units: float) -> None:
        """Move the clock forward, with the arguments of `timedelta`: `advance(minutes=10)`."""
        self._now += timedelta(**units)
