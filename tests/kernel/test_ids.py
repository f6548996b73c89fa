import threading
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix.kernel.data.ids import Ids, _encode, check_id, new_id

VALID = "01h2xcejqtf2nbrexx3vqjhp41"
NOW = datetime(2026, 11, 23, 14, 5, 6, 789000, tzinfo=UTC)
INSTANTS = st.datetimes(datetime.fromisoformat("1970-01-01"), datetime.fromisoformat("9999-12-31"), timezones=st.just(UTC))


def as_uuid(text: str) -> uuid.UUID:
    number = 0
    for letter in text.rpartition("_")[2]:
        number = number << 5 | "0123456789abcdefghjkmnpqrstvwxyz".index(letter)
    return uuid.UUID(int=number)


def milliseconds(text: str) -> int:
    return as_uuid(text).int >> 80


def test_the_example_of_the_typeid_specification() -> None:
    random = 0x8AA << 62 | 0x3C3BBD1EEF28D881
    assert _encode(0x0188BAC74AFA, random) == VALID
    assert as_uuid(f"prefix_{VALID}") == uuid.UUID("0188bac7-4afa-78aa-bc3b-bd1eef28d881")


@given(INSTANTS)
def test_an_id_is_a_version_7_uuid_with_its_creation_time(now: datetime) -> None:
    text = new_id("acc", now)
    number = as_uuid(text)
    assert number.version == 7
    assert number.variant == uuid.RFC_4122
    assert milliseconds(text) == (now - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    assert len(text) == 4 + 26
    assert check_id(text, "acc")


@given(st.lists(INSTANTS, min_size=2, max_size=20))
def test_ids_of_given_instants_sort_by_time(instants: list[datetime]) -> None:
    made = [(when.replace(microsecond=when.microsecond // 1000 * 1000), new_id("ent", when)) for when in instants]
    for when, text in made:
        assert all(text < other for later, other in made if later > when)


def test_ids_increase_and_never_repeat_even_if_the_clock_goes_back() -> None:
    times = iter([1000, 1000, 1000, 400, 400, 1001, 1001, 5, 2000])
    ids = Ids(lambda: next(times), lambda n: b"\xff" * n)
    made = [ids.new("evt") for _ in range(9)]
    assert made == sorted(set(made))
    assert [as_uuid(text).int >> 80 for text in made] == [1000] * 5 + [1001] * 3 + [2000]


def test_an_id_for_a_given_time_does_not_affect_later_ids() -> None:
    future = new_id("evt", NOW + timedelta(days=40_000))
    assert new_id("evt") < future
    one_instant = [new_id("evt", NOW) for _ in range(1000)]
    assert one_instant == sorted(set(one_instant))
    assert {milliseconds(text) for text in one_instant} == {int(NOW.timestamp() * 1000)}


def test_an_exhausted_millisecond_continues_in_the_next() -> None:
    ids = Ids(lambda: 1000, lambda n: b"\xff" * n)
    ids._last = (1000, 2**74 - 1)
    assert milliseconds(ids.new("evt")) == 1001


def test_threads_never_create_the_same_id() -> None:
    made: list[str] = []
    threads = [threading.Thread(target=lambda: made.extend(new_id("evt") for _ in range(2000))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 8000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "acc",
        "acc_",
        VALID,
        f"org_{VALID}",
        f"acc_{VALID}0",
        f"acc_{VALID[1:]}",
        f"acc_8{VALID[1:]}",
        f"acc_{VALID.upper()}",
        f"acc_{VALID}\n",
        f"acc_{VALID[:-1]}u",
        f"acc_{VALID[:-1]}l",
        f"acc__{VALID}",
        f"ACC_{VALID}",
        f" acc_{VALID}",
        f"acc-{VALID}",
        f"acc_{VALID[:-1]}é",
        "acc_" + "٣" * 26,
    ],
)
def test_text_that_is_not_an_id_is_refused(text: str) -> None:
    assert not check_id(text, "acc")


def test_a_time_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="1970"):
        new_id("acc", datetime(1969, 12, 31, tzinfo=UTC))


def test_the_first_id_of_a_millisecond_is_random_and_leaves_room_for_more() -> None:
    assert Ids(lambda: 1000, lambda n: b"\xff" * n).new("evt") == f"evt_{_encode(1000, 2**73 - 1)}"
    assert Ids(lambda: 0, lambda n: b"\x00" * n).new("evt") == f"evt_{_encode(0, 0)}"
    assert Ids(lambda: 1, bytes).new("evt", datetime(1970, 1, 1, tzinfo=UTC)) == f"evt_{_encode(0, 0)}"


@pytest.mark.parametrize(("byte", "step"), [(0, 1), (255, 2**32)])
def test_the_next_id_of_a_millisecond_is_higher_by_a_random_step(byte: int, step: int) -> None:
    ids = Ids(lambda: 1000, lambda n: bytes([byte]) * n)
    ids._last = (1000, 5)
    assert ids.new("evt") == f"evt_{_encode(1000, 5 + step)}"
    assert ids.new("evt") == f"evt_{_encode(1000, 5 + 2 * step)}"


def test_the_last_of_a_millisecond_and_the_first_of_the_next() -> None:
    ids = Ids(lambda: 1000, bytes)
    ids._last = (1000, 2**74 - 2)
    assert [ids.new("evt"), ids.new("evt")] == [f"evt_{_encode(1000, 2**74 - 1)}", f"evt_{_encode(1001, 0)}"]


def test_the_time_in_an_id_has_forty_eight_bits() -> None:
    assert as_uuid(_encode(0, 0)).int >> 80 == 0
    assert as_uuid(_encode(2**48 - 1, 2**74 - 1)).int >> 80 == 2**48 - 1
    for milliseconds in (-1, 2**48):
        with pytest.raises(ValueError, match="1970"):
            _encode(milliseconds, 0)


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**74 - 1))
def test_every_bit_of_the_random_number_is_in_the_id(milliseconds: int, random: int) -> None:
    number = as_uuid(_encode(milliseconds, random)).int
    assert number >> 80 == milliseconds
    assert (number >> 64 & 0xFFF) << 62 | number & 2**62 - 1 == random
