"""When someone is reached outside Phoenix: at once, after their quiet hours, or with their digest; always by the clock on their wall."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from msgspec import Struct

from phoenix.kernel.i18n.times import zone_of

Digest: TypeAlias = Literal["off", "daily", "weekly"]
MONDAY = 0


class Schedule(Struct, frozen=True):
    """When a person wants to be reached, in their own time zone.

    `digest` is when what is not urgent is sent together: at `hour`, every day or on Mondays. In quiet hours, from `quiet_from` until
    `quiet_until`, which can be on the next day, only what is urgent is sent.
    """

    time_zone: str
    digest: Digest = "off"
    hour: int = 8
    quiet_from: time | None = None
    quiet_until: time | None = None


def due_at(now: datetime, schedule: Schedule, *, urgent: bool) -> datetime:
    """The instant at which something that happened `now` is sent."""
    if urgent:
        return now
    zone, at = zone_of(schedule.time_zone), now
    if schedule.digest != "off":
        at = _next(now, zone, time(schedule.hour), on_monday=schedule.digest == "weekly")
    return _after_quiet_hours(at, zone, schedule.quiet_from, schedule.quiet_until)


def _after_quiet_hours(at: datetime, zone: ZoneInfo, start: time | None, end: time | None) -> datetime:
    if start is None or end is None or start == end:
        return at
    clock = at.astimezone(zone).time()
    quiet = start <= clock < end if start < end else clock >= start or clock < end
    return _next(at, zone, end, either=True) if quiet else at


def after_quiet_hours(at: datetime, schedule: Schedule) -> datetime:
    """The end of the quiet hours that it is `at` that instant; the instant itself where it is none."""
    return _after_quiet_hours(at, zone_of(schedule.time_zone), schedule.quiet_from, schedule.quiet_until)


def _next(after: datetime, zone: ZoneInfo, clock: time, *, on_monday: bool = False, either: bool = False) -> datetime:
    """The first instant after this one at which a clock there shows this time, on a Monday if that is asked for.

    Where the clocks go forward over it, it is as much later; where they go back and show it twice, it is the first, or `either`.
    """
    day = after.astimezone(zone).date()
    # The day before as well: where the clocks went forward over a time, it comes after midnight.
    for number in range(-1, 9):
        for shown in (clock, clock.replace(fold=1)) if either else (clock,):
            found = _instant(day + timedelta(days=number), shown, zone)
            if found > after and (not on_monday or (day + timedelta(days=number)).weekday() == MONDAY):
                return found
    raise ValueError(f"{zone} has no {clock} within a week of {after}.")


def _instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)
