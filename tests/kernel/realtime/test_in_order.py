"""N2: numbered messages reach a socket once and in order, also what comes while it is sent what it missed."""

from __future__ import annotations

from phoenix.kernel.module import Numbered
from phoenix.kernel.realtime.in_order import InOrder


def numbered(*numbers: int, room: str = "one") -> list[tuple[str, str, Numbered]]:
    return [(room, "item", Numbered(number, f"item {number}")) for number in numbers]


def test_what_waits_comes_behind_what_was_missed_and_nothing_twice() -> None:
    one = InOrder()
    assert not any(one.takes(*message) for message in numbered(2, 3, 4))
    assert one.waiting == 3
    missed = [*numbered(1, 2), ("one", "item", Numbered(3)), ("one", "other", {"plain": True})]
    assert one.catch_up(missed, {"one"}) == [("item", "item 1"), ("item", "item 2"), ("other", {"plain": True}), ("item", "item 4")]
    assert one.waiting == 0
    assert [one.takes(*message) for message in numbered(4, 5, 5, 3, 6)] == [False, True, False, False, True]


def test_each_room_and_event_has_its_own_numbers() -> None:
    one = InOrder()
    assert one.catch_up([], {"one"}) == []
    assert one.takes("one", "item", Numbered(5, "five"))
    assert one.takes("one", "count", Numbered(1, {"count": 3}))
    assert one.takes("another", "item", Numbered(2, "two"))
    assert not one.takes("one", "count", Numbered(1, {"count": 2}))


def test_a_socket_that_was_sent_no_number_keeps_nothing() -> None:
    """There are many of them."""
    one = InOrder()
    one.catch_up([("one", "item", Numbered(0))], {"one"})
    assert one._last is None
    assert one._waiting is None
