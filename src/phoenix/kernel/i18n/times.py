"""Instants as people read them: in their own time zone, correct across every change of its clocks."""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton
from msgspec import Struct

from phoenix.kernel.errors import FieldError, InvalidInput
from phoenix.kernel.i18n.zones import UTC as UTC_NAME
from phoenix.kernel.i18n.zones import called, canonical, known, places_in
from phoenix.kernel.language import DEFAULT_LOCALE, _, current_locale, language_shown

WEEK = timedelta(days=6)


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
    """The canonical name of a time zone, or of the place that someone typed. Raises InvalidInput if there is none of that name."""
    found = called(name)
    if found is None:
        sentence = _("Unknown time zone. Enter a name from the list, such as Europe/Berlin.")
        raise InvalidInput(sentence, errors=(FieldError("time_zone", "unknown_zone", sentence),))
    return found


def zone_or_utc(name: str) -> str:
    """The canonical name of a time zone that a browser names without anyone seeing it; UTC for one that is not known here."""
    return called(name) or UTC_NAME


def city(zone: str) -> str:
    """“New York” of America/New_York, in the reader's language. Etc/GMT+5 is five hours behind UTC, so it is shown by its offset."""
    if zone.startswith("Etc/GMT") and (offset_ := zone_of(zone).utcoffset(None)):
        return f"UTC{_written(offset_)}"
    in_english = zone.rpartition("/")[2].replace("_", " ")
    language = language_shown()
    return in_english if language == DEFAULT_LOCALE else places_in(language).get(zone, in_english)


def show(instant: datetime, zone: str, now: datetime, locale: str = "en") -> Shown:
    """“14:05” today, “Sat 19:40” this week, “20 November” before that, with the year if it is a different one."""
    local, today = local_time(instant, zone), local_time(now, zone).date()
    clock = time_of_day(local)
    if local.date() == today:
        text = clock
    elif timedelta() < today - local.date() <= WEEK:
        text = f"{format_date(local.date(), 'EEE', locale)} {clock}"
    else:
        text = _day_and_month(local.date(), today, locale)
        if local.date() > today:
            text = _("{day}, {time}").format(day=text, time=clock)
    return Shown(text, _full(local, zone, locale), _iso(instant))


def time_of_day(local: datetime) -> str:
    """“14:05”, and “02:30 (UTC+02:00)” in an hour that occurs twice because the clocks go back."""
    return f"{local:%H:%M}" + (f" (UTC{_written(local.utcoffset())})" if _occurs_twice(local) else "")


def local_time(instant: datetime, zone: str) -> datetime:
    """An instant in a zone."""
    return instant.astimezone(zone_of(zone))


def day(instant: datetime, zone: str, now: datetime, locale: str = "en") -> str:
    """The heading of a day: “Today”, “Yesterday, 22 November”, “Friday, 20 November”."""
    that, today = local_time(instant, zone).date(), local_time(now, zone).date()
    if that == today:
        return _("Today")
    if that == today - timedelta(days=1):
        return _("Yesterday, {day}").format(day=_day_and_month(that, today, locale))
    return _("{weekday}, {day}").format(weekday=format_date(that, "EEEE", locale), day=_day_and_month(that, today, locale))


def day_in(instant: datetime, zone: str) -> str:
    """“20 November 2026”: the day on which an instant is in a zone, for sentences in the reader's language."""
    return full_date(local_time(instant, zone).date())


def full_date(that: date) -> str:
    """“20 November 2026” in the reader's language."""
    return _with_year(that, current_locale())


def day_month(that: date) -> str:
    """“20 November” in the reader's language."""
    return _without_year(that, current_locale())


def weekday_and_day(that: date) -> str:
    """“Friday 20 November” in the reader's language."""
    return _("{weekday} {day}").format(weekday=format_date(that, "EEEE", current_locale()), day=day_month(that))


def local_input(instant: datetime, zone: str) -> str:
    """An instant as the value of <input type="datetime-local">."""
    return f"{local_time(instant, zone):%Y-%m-%dT%H:%M}"


def two_offsets(text: str, zone: str) -> tuple[str, ...]:
    """The offsets of a local time that occurs twice, the earlier first, such as "+02:00" and "+01:00"; none for any other."""
    naive = _naive(text)
    if naive is None or canonical(zone) is None:
        return ()
    first, second = (naive.replace(tzinfo=zone_of(zone), fold=fold) for fold in (0, 1))
    return (_written(first.utcoffset()), _written(second.utcoffset())) if _occurs_twice(first) and _exists(first) else ()


def local_to_instant(text: str, zone: str, *, offset: str = "") -> datetime:
    """The instant of a local time such as "2026-11-23T14:05". Raises InvalidInput for a time that never existed.

    For a local time that occurs twice, when the clocks go back, `offset` says which of the two; without it InvalidInput is raised.
    """
    zone = check_zone(zone)
    naive = _naive(text)
    if naive is None:
        sentence = _("Enter a date and time, such as 2026-11-23 14:05.")
        raise InvalidInput(sentence, errors=(FieldError("occurred_at", "invalid_time", sentence),))
    offsets = two_offsets(text, zone)
    if offsets and offset not in offsets:
        sentence = _("This time occurs twice in {place}, because the clocks go back. Choose which one you mean.").format(place=city(zone))
        raise InvalidInput(sentence, errors=(FieldError("occurred_at_offset", "ambiguous_time", sentence),))
    moment = naive.replace(tzinfo=zone_of(zone), fold=offsets.index(offset) if offsets else 0)
    if not _exists(moment):
        sentence = _("This time doesn't exist in {place}, because the clocks went forward. Choose another.").format(place=city(zone))
        raise InvalidInput(sentence, errors=(FieldError("occurred_at", "time_gap", sentence),))
    return moment.astimezone(UTC)


def zones(now: datetime, words: str = "") -> list[Zone]:
    """The time zones people can choose, with their offsets at `now`: all of them, or those that `words` find."""
    wanted, named = words.casefold().removeprefix("utc").strip() or words.casefold().strip(), called(words)
    found = [Zone(name, name.partition("/")[2].replace("_", " ").replace("/", ", ") or name, offset(now, name)) for name in known()]
    return [zone for zone in found if zone.name == named or wanted in f"{zone.name} {zone.city} {zone.offset}".casefold()]


def offset(instant: datetime, zone: str) -> str:
    """The offset from UTC at that instant, such as "+05:30"."""
    return _written(local_time(instant, zone).utcoffset())


def _naive(text: str) -> datetime | None:
    """The local time that a form sent; None if it is none."""
    try:
        naive = datetime.fromisoformat(text)
    except ValueError:
        return None
    # The first and the last year are excluded: a time zone could move their ends beyond the range of dates.
    return naive if naive.tzinfo is None and MINYEAR < naive.year < MAXYEAR else None


def _occurs_twice(local: datetime) -> bool:
    """Whether the clocks show this twice; also for what they never show."""
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def _exists(local: datetime) -> bool:
    return local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) == local.replace(tzinfo=None)


def _written(offset: timedelta | None) -> str:
    minutes = round((offset or timedelta()).total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """The time zone of a person or organisation by its stored name, UTC if this machine knows none of this name."""
    # For a zone that was renamed after someone chose it, times are shown in UTC rather than not at all. Only a name that is known is
    # looked up: it becomes the name of a file.
    return ZoneInfo(name if canonical(name) else UTC_NAME)


def _day_and_month(that: date, today: date, locale: str) -> str:
    return _without_year(that, locale) if that.year == today.year else _with_year(that, locale)


def _with_year(that: date, locale: str) -> str:
    # English is British throughout, whatever the locale is called.
    return str(format_date(that, "d MMMM y" if locale.startswith("en") else "long", locale))


def _without_year(that: date, locale: str) -> str:
    if locale.startswith("en"):
        return str(format_date(that, "d MMMM", locale))
    return str(format_skeleton("MMMMd", datetime(that.year, that.month, that.day, tzinfo=UTC), locale=locale))


def _full(local: datetime, zone: str, locale: str) -> str:
    words = str(format_date(local.date(), "EEEE d MMMM y" if locale.startswith("en") else "full", locale))
    return _("{day}, {time}").format(day=words, time=f"{time_of_day(local)} {city(zone)}")


def _iso(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
