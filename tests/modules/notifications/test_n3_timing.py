"""N3: digests and quiet hours, by the clock of the person, through every change of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from phoenix.modules.notifications.timing import Schedule, after_quiet_hours, due_at

# Six zones: two that change their clocks in spring and autumn, one south of the equator, one that changes by half an hour, two that never do.
ZONES = ("Europe/Berlin", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Asia/Kolkata", "Asia/Tokyo")
NIGHT = Schedule("UTC", quiet_from=time(22), quiet_until=time(7))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(instant: datetime, zone: str) -> str:
    return f"{instant.astimezone(ZoneInfo(zone)):%a %d %b %H:%M}"


@pytest.mark.parametrize("zone", ZONES)
def test_a_year_of_digests_comes_once_a_day_at_the_hour_of_the_person(zone: str) -> None:
    schedule, now, days = Schedule(zone, digest="daily"), at("2026-01-01T00:00"), []
    while now.year == 2026:
        now = due_at(now, schedule, urgent=False)
        shown = now.astimezone(ZoneInfo(zone))
        assert (shown.hour, shown.minute) == (8, 0)
        days.append(shown.date())
    assert days == [days[0] + timedelta(days=number) for number in range(len(days))]


@pytest.mark.parametrize("zone", ZONES)
def test_a_year_of_weekly_digests_comes_on_mondays(zone: str) -> None:
    schedule, now, days = Schedule(zone, digest="weekly", hour=9), at("2026-01-01T00:00"), []
    while now.year == 2026:
        now = due_at(now, schedule, urgent=False)
        assert local(now, zone).startswith("Mon")
        days.append(now.astimezone(ZoneInfo(zone)).date())
    assert days == [days[0] + timedelta(weeks=number) for number in range(len(days))]


@pytest.mark.parametrize("zone", ZONES)
def test_in_quiet_hours_nobody_is_woken_and_afterwards_nothing_waits(zone: str) -> None:
    schedule, now = Schedule(zone, quiet_from=time(22), quiet_until=time(7)), at("2026-01-01T00:00")
    while now.year == 2026:
        due = due_at(now, schedule, urgent=False)
        clock = due.astimezone(ZoneInfo(zone)).time()
        assert time(7) <= clock < time(22)
        if time(7) <= now.astimezone(ZoneInfo(zone)).time() < time(22):
            assert due == now
        else:
            assert clock == time(7)
            assert timedelta() < due - now <= timedelta(hours=10)
        assert due_at(now, schedule, urgent=True) == now
        now += timedelta(minutes=37)


@pytest.mark.parametrize(
    ("zone", "hour", "now", "due"),
    [
        # 02:00 to 03:00 does not exist on 29 March 2026: an hour later by the clock.
        ("Europe/Berlin", 2, "2026-03-28T12:00", "Sun 29 Mar 03:00"),
        ("Europe/Berlin", 2, "2026-03-29T02:00", "Mon 30 Mar 02:00"),
        # 02:00 occurs twice on 25 October: once is enough.
        ("Europe/Berlin", 2, "2026-10-24T12:00", "Sun 25 Oct 02:00"),
        ("Europe/Berlin", 2, "2026-10-25T00:30", "Mon 26 Oct 02:00"),
        # At midnight the clocks go forward in Chile: the day has no 00:00.
        ("America/Santiago", 0, "2026-09-05T12:00", "Sun 06 Sep 01:00"),
        # The day on which Samoa crossed the date line does not exist.
        ("Pacific/Apia", 8, "2011-12-29T20:00", "Sat 31 Dec 08:00"),
    ],
)
def test_a_time_that_is_left_out_or_comes_twice(zone: str, hour: int, now: str, due: str) -> None:
    assert local(due_at(at(now), Schedule(zone, digest="daily", hour=hour), urgent=False), zone) == due


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-23T21:59", "2026-11-23T21:59"),
        ("2026-11-23T22:00", "2026-11-24T07:00"),
        ("2026-11-24T06:59", "2026-11-24T07:00"),
        ("2026-11-24T07:00", "2026-11-24T07:00"),
    ],
)
def test_quiet_hours_over_midnight(now: str, due: str) -> None:
    assert due_at(at(now), NIGHT, urgent=False) == at(due)


def test_quiet_hours_within_a_day_and_none() -> None:
    noon = Schedule("UTC", quiet_from=time(12), quiet_until=time(13))
    assert due_at(at("2026-11-23T12:30"), noon, urgent=False) == at("2026-11-23T13:00")
    for schedule in (Schedule("UTC"), Schedule("UTC", quiet_from=time(12), quiet_until=time(12))):
        assert due_at(at("2026-11-23T12:30"), schedule, urgent=False) == at("2026-11-23T12:30")


def test_a_digest_that_would_come_in_quiet_hours_comes_after_them() -> None:
    schedule = Schedule("UTC", digest="daily", hour=6, quiet_from=time(22), quiet_until=time(7))
    assert due_at(at("2026-11-23T12:00"), schedule, urgent=False) == at("2026-11-24T07:00")


@pytest.mark.parametrize(
    ("now", "due"),
    [
        # The clocks go back from 03:00 to 02:00: 02:10 comes twice, and so does the end of the quiet hours.
        ("2026-10-25T00:10", "2026-10-25T00:30"),
        ("2026-10-25T00:40", "2026-10-25T00:40"),
        ("2026-10-25T01:10", "2026-10-25T01:30"),
        ("2026-10-25T01:40", "2026-10-25T01:40"),
    ],
)
def test_quiet_hours_that_end_in_an_hour_that_comes_twice(now: str, due: str) -> None:
    schedule = Schedule("Europe/Berlin", quiet_from=time(22), quiet_until=time(2, 30))
    assert due_at(at(now), schedule, urgent=False) == after_quiet_hours(at(now), schedule) == at(due)
