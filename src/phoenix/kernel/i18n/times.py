"""Instants as people read them: in their own time zone, correct across every change of its clocks."""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from babel.dates import format_date, format_skeleton
from msgspec import Struct

from phoenix.kernel.errors import FieldError, InvalidInput
from phoenix.kernel.i18n.text import _

WEEK = timedelta(days=6)
CONTINENTS = ("Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")


class Shown(Struct, frozen=True):
    """An instant as a short text, the exact instant in words, and RFC 3339 in UTC for machines."""

    text: str
    full: str
    iso: str


class Zone(Struct, frozen=True):
    """A time zone to choose. `offset` is the current one, such as "+05:30"."""

    name: str
    city: str
    offset: str


def check_zone(name: str) -> str:
    """The name, if it is that of a time zone. Raises InvalidInput."""
    if name not in _names():
        sentence = _("Unknown time zone. Choose one from the list, such as Europe/Berlin.")
        raise InvalidInput(sentence, errors=(FieldError("time_zone", "unknown_zone", sentence),))
    return name


def city(zone: str) -> str:
    """“New York” of America/New_York."""
    return zone.rpartition("/")[2].replace("_", " ")


def show(instant: datetime, zone: str, now: datetime, locale: str = "en") -> Shown:
    """“14:05” today, “Sat 19:40” this week, “20 November” before that, with the year if it is a different one."""
    local, today = _local(instant, zone), _local(now, zone).date()
    clock = f"{local:%H:%M}"
    if local.date() == today:
        text = clock
    elif timedelta() < today - local.date() <= WEEK:
        text = f"{format_date(local.date(), 'EEE', locale)} {clock}"
    else:
        text = _day_and_month(local.date(), today, locale)
        if local.date() > today:
            text = f"{text}, {clock}"
    return Shown(text, _full(local, zone, locale), _iso(instant))


def day(instant: datetime, zone: str, now: datetime, locale: str = "en") -> str:
    """The heading of a day: “Today”, “Yesterday, 22 November”, “Friday, 20 November”."""
    that, today = _local(instant, zone).date(), _local(now, zone).date()
    if that == today:
        return _("Today")
    if that == today - timedelta(days=1):
        return _("Yesterday, {day}").format(day=_day_and_month(that, today, locale))
    return f"{format_date(that, 'EEEE', locale)}, {_day_and_month(that, today, locale)}"


def local_input(instant: datetime, zone: str) -> str:
    """An instant as the value of <input type="datetime-local">."""
    return f"{_local(instant, zone):%Y-%m-%dT%H:%M}"


def local_to_instant(text: str, zone: str, *, later: bool = False) -> datetime:
    """The instant of a local time such as "2026-11-23T14:05". Raises InvalidInput for a time that never existed.

    A local time that occurred twice, when the clocks went back, means the first of the two unless `later` is set.
    """
    check_zone(zone)
    try:
        naive = datetime.fromisoformat(text)
    except ValueError:
        naive = None
    # The first and the last year are excluded: a time zone could move their ends beyond the range of dates.
    if naive is None or naive.tzinfo is not None or not MINYEAR < naive.year < MAXYEAR:
        sentence = _("Enter a date and time, such as 2026-11-23 14:05.")
        raise InvalidInput(sentence, errors=(FieldError("occurred_at", "invalid_time", sentence),))
    local = naive.replace(tzinfo=ZoneInfo(zone), fold=1 if later else 0)
    instant = local.astimezone(UTC)
    if instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != naive:
        sentence = _("This time doesn't exist in {place}, because the clocks went forward. Choose another.").format(place=city(zone))
        raise InvalidInput(sentence, errors=(FieldError("occurred_at", "time_gap", sentence),))
    return instant


def zones(now: datetime) -> list[tuple[str, list[Zone]]]:
    """Every time zone people can choose, by continent, with its offset at `now`."""
    groups: dict[str, list[Zone]] = {}
    for name in sorted(_names()):
        if not name.startswith(CONTINENTS):
            continue
        continent, _slash, _rest = name.partition("/")
        groups.setdefault(continent, []).append(Zone(name, name.partition("/")[2].replace("_", " ").replace("/", ", "), offset(now, name)))
    return [*groups.items(), ("UTC", [Zone("UTC", "UTC", "+00:00")])]


def offset(instant: datetime, zone: str) -> str:
    """The offset from UTC at that instant, such as "+05:30"."""
    text = f"{_local(instant, zone):%z}"
    return f"{text[:3]}:{text[3:5]}"


def _local(instant: datetime, zone: str) -> datetime:
    return instant.astimezone(_zone(zone))


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        # For a zone that was renamed after someone chose it, times are shown in UTC rather than not at all.
        return ZoneInfo("UTC")


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(name for name in available_timezones() if name.startswith(CONTINENTS) or name == "UTC")


def _day_and_month(that: date, today: date, locale: str) -> str:
    if locale.startswith("en"):
        return f"{that.day} {format_date(that, 'MMMM', locale)}" + ("" if that.year == today.year else f" {that.year}")
    return format_skeleton(
        "MMMMd" if that.year == today.year else "yMMMMd", datetime(that.year, that.month, that.day, tzinfo=UTC), locale=locale
    )


def _full(local: datetime, zone: str, locale: str) -> str:
    words = f"{local.day} {format_date(local.date(), 'MMMM', locale)} {local.year}"
    return f"{format_date(local.date(), 'EEEE', locale)} {words}, {local:%H:%M} {city(zone)}"


def _iso(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
