from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix.kernel.data.cursors import CursorKind, Page, parse_limit, pick
from phoenix.kernel.errors import InvalidInput, NotFound
from phoenix.kernel.security.crypto import Keys

KEYS = Keys("a master secret of the test, 32+ characters", "test")
ENTRIES = CursorKind("entries", datetime, str)
EVENTS = CursorKind("events", int, str | None, datetime | None)
NOW = datetime(2026, 11, 23, 14, 5, 6, 789123, tzinfo=UTC)
INSTANTS = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=11))])).filter(lambda when: 2 < when.year < 9998)


@given(INSTANTS, st.text(max_size=100))
def test_a_cursor_keeps_its_position_to_the_microsecond(instant: datetime, text: str) -> None:
    assert ENTRIES.read(KEYS, ENTRIES.write(KEYS, instant, text)) == (instant, text)


@given(st.integers(-(2**63), 2**63 - 1), st.none() | st.text(max_size=50), st.none() | INSTANTS)
def test_parts_of_a_cursor_can_be_null(number: int, text: str | None, instant: datetime | None) -> None:
    assert EVENTS.read(KEYS, EVENTS.write(KEYS, number, text, instant)) == (number, text, instant)


def test_no_cursor_is_the_first_page() -> None:
    assert ENTRIES.read(KEYS, None) is None


CURSOR = ENTRIES.write(KEYS, NOW, "ent_1")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "!",
        CURSOR[:-1],
        CURSOR[1:],
        CURSOR + "A",
        CURSOR + "=",
        CURSOR.swapcase(),
        " " + CURSOR,
        CURSOR * 40,
        "A" * 16,
        "é",
        CursorKind("files", datetime, str).write(KEYS, NOW, "ent_1"),
        CursorKind("entries", int).write(KEYS, 1),
        CursorKind("entries", str, str).write(KEYS, "not a time", "ent_1"),
        ENTRIES.write(Keys("m" * 32, "production"), NOW, "ent_1"),
    ],
)
def test_a_cursor_of_another_list_or_a_damaged_one_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput) as problem:
        ENTRIES.read(KEYS, cursor)
    assert [(error.field, error.code) for error in problem.value.errors] == [("cursor", "invalid_cursor")]


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_arbitrary_text_is_refused_as_a_cursor(text: str) -> None:
    with pytest.raises(InvalidInput):
        ENTRIES.read(KEYS, text)


def test_a_cursor_needs_all_its_parts_and_times_with_a_zone() -> None:
    with pytest.raises(ValueError, match="entries"):
        ENTRIES.write(KEYS, NOW)
    with pytest.raises(ValueError, match="entries"):
        ENTRIES.write(KEYS, NOW.replace(tzinfo=None), "ent_1")


@pytest.mark.parametrize(
    ("have", "limit", "shown", "more"), [(0, 3, 0, False), (2, 3, 2, False), (3, 3, 3, False), (4, 3, 3, True), (1, 1, 1, False)]
)
def test_a_page_says_whether_there_is_another(have: int, limit: int, shown: int, more: bool) -> None:
    rows = [(NOW - timedelta(seconds=n), f"ent_{n}") for n in range(have)]
    page = ENTRIES.page(KEYS, rows, limit, key=lambda row: row)
    assert page.items == rows[:shown]
    assert (page.next_cursor is not None) == more
    if more:
        assert ENTRIES.read(KEYS, page.next_cursor) == rows[limit - 1]


def test_a_cursor_has_at_most_1024_characters() -> None:
    notes = CursorKind("notes", str)
    longest = notes.write(KEYS, "n" * 752)
    assert len(longest) == 1024
    assert notes.read(KEYS, longest) == ("n" * 752,)
    with pytest.raises(InvalidInput):
        notes.read(KEYS, notes.write(KEYS, "n" * 753))


def test_pick_returns_the_first_match_or_raises_not_found() -> None:
    assert pick([1, 2, 3, 4], lambda number: number > 1) == 2
    with pytest.raises(NotFound):
        pick([1, 2], lambda number: number > 2)


def test_a_page_is_encoded_as_json() -> None:
    assert msgspec.json.encode(Page([1, 2])) == b'{"items":[1,2],"next_cursor":null}'


@pytest.mark.parametrize(("text", "limit"), [(None, 20), ("1", 1), ("100", 100), (50, 50), ("007", 7)])
def test_a_limit_is_parsed(text: str | int | None, limit: int) -> None:
    assert parse_limit(text) == limit


@pytest.mark.parametrize("text", ["0", "101", "-1", "", "ten", "1.5", "²", "٣", "1e2", " 5", "9" * 5000, 0, 101])
def test_a_limit_out_of_range_is_refused(text: str | int) -> None:
    with pytest.raises(InvalidInput) as problem:
        parse_limit(text)
    assert problem.value.errors[0].field == "limit"
    assert "100" in problem.value.errors[0].detail
