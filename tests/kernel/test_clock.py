from datetime import UTC, datetime, timedelta, timezone

import pytest

from phoenix.kernel.clock import SetClock, SystemClock


def test_the_system_clock_returns_times_in_utc() -> None:
    before = datetime.now(UTC)
    now = SystemClock().now()
    assert before <= now <= datetime.now(UTC)
    assert now.utcoffset() == timedelta(0)


def test_a_set_clock_stands_still_until_it_is_advanced() -> None:
    clock = SetClock(datetime(2026, 11, 23, 15, 5, tzinfo=timezone(timedelta(hours=1))))
    assert clock.now() == clock.now() == datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
    assert clock.now().tzinfo is UTC
    clock.advance(minutes=10, seconds=1)
    assert clock.now() == datetime(2026, 11, 23, 14, 15, 1, tzinfo=UTC)


def test_a_clock_refuses_a_time_without_a_zone() -> None:
    with pytest.raises(ValueError, match="zone"):
        SetClock(datetime(2026, 11, 23))  # noqa: DTZ001 - the missing zone is what is tested
