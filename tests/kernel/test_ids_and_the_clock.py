"""The time in an id: milliseconds since 1970, including the first ones."""

from datetime import UTC, datetime, timedelta

import pytest

from phoenix.kernel.data import ids
from phoenix.kernel.data.ids import Ids, _encode


def test_the_first_id_of_a_time_right_after_1970_is_the_first_of_its_millisecond() -> None:
    for milliseconds in range(3):
        now = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
        assert Ids(lambda: 0, bytes).new("evt", now) == f"evt_{_encode(milliseconds, 0)}"


def test_an_id_has_the_whole_milliseconds_of_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time_ns", lambda: 1_795_000_000_123_999_999)
    assert ids._IDS._milliseconds() == 1_795_000_000_123
