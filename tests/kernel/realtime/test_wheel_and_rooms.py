"""One timer for all connections, and who is in which room."""

from __future__ import annotations

import asyncio

from phoenix.kernel.realtime.message import Message
from phoenix.kernel.realtime.rooms import Rooms
from phoenix.kernel.realtime.wheel import Wheel


class Timed:
    def __init__(self, name: str) -> None:
        self.name = name
        self.due = self.place = 0


class Turning:
    """A wheel whose time the test moves. The loop's own timer never runs."""

    def __init__(self) -> None:
        self.fired: list[str] = []
        self.wheel: Wheel[Timed] = Wheel(lambda one: self.fired.append(one.name), 1.0)
        self.now = 1000.0
        self.wheel._loop = self  # type: ignore[assignment]
        self.timers = 0

    def time(self) -> float:
        return self.now

    def call_later(self, _seconds: float, _call: object) -> Turning:
        self.timers += 1
        return self

    def cancel(self) -> None:
        self.timers -= 1

    def after(self, seconds: float) -> list[str]:
        """What fires within this time."""
        self.fired.clear()
        for _second in range(round(seconds)):
            self.now += 1
            self.timers -= 1
            self.wheel._turn()
        return list(self.fired)


def test_everything_is_looked_at_when_it_is_due_and_only_once() -> None:
    async def run() -> None:
        turning = Turning()
        ones = {name: Timed(name) for name in "abc"}
        for name, seconds in (("a", 5), ("b", 2), ("c", 2)):
            turning.wheel.look_in(ones[name], seconds)
        assert turning.timers == 1, "one timer for all"
        assert turning.after(2) == []
        assert sorted(turning.after(1)) == ["b", "c"]
        assert turning.after(3) == ["a"]
        assert turning.after(1) == []
        assert len(turning.wheel) == 0

    asyncio.run(run())


def test_what_is_put_off_is_not_looked_at_before_and_what_is_forgotten_never() -> None:
    async def run() -> None:
        turning = Turning()
        early, late, gone = Timed("early"), Timed("late"), Timed("gone")
        for one in (early, late, gone):
            turning.wheel.look_in(one, 3)
        turning.wheel.look_in(late, 6)
        turning.wheel.look_in(early, 1)
        turning.wheel.forget(gone)
        assert len(turning.wheel) == 2
        assert turning.after(2) == ["early"]
        assert turning.after(3) == []
        assert turning.after(2) == ["late"]
        turning.wheel.look_in(gone, 1)
        assert turning.after(2) == ["gone"], "it can come back"

    asyncio.run(run())


def test_one_that_looks_again_while_it_is_looked_at_is_kept() -> None:
    async def run() -> None:
        turning = Turning()
        one, other = Timed("one"), Timed("other")
        for each in (one, other):
            turning.wheel.look_in(each, 1)

        def fire(each: Timed) -> None:
            turning.fired.append(each.name)
            # Whichever comes first ends the other.
            turning.wheel.forget(other if each is one else one)
            turning.wheel.look_in(each, 1)

        turning.wheel._fire = fire
        assert len(turning.after(2)) == 1
        assert len(turning.after(2)) == 1
        turning.wheel.stop()
        assert (turning.timers, len(turning.wheel)) == (0, 0)

    asyncio.run(run())


class Receiver:
    def __init__(self) -> None:
        self.received: list[str | bytes] = []

    def send(self, message: Message) -> None:
        self.received += message.packets


def test_a_room_is_sent_to_and_exists_while_someone_is_in_it() -> None:
    rooms: Rooms[Receiver] = Rooms()
    ada, bo = Receiver(), Receiver()
    for receiver, room in ((ada, "a"), (ada, "b"), (bo, "b"), (bo, "b")):
        rooms.enter(receiver, room)
    rooms.send("b", Message("4x"))
    rooms.send("a", Message("4y"))
    rooms.send("nobody", Message("4z"))
    assert (ada.received, bo.received) == (["4x", "4y"], ["4x"])
    assert (rooms.names(ada), set(rooms), len(rooms)) == (frozenset({"a", "b"}), {ada, bo}, 2)
    rooms.leave(bo, "b")
    rooms.leave(bo, "never")
    assert list(rooms.inside("b")) == [ada]
    rooms.leave_all(ada)
    rooms.leave_all(ada)
    assert (len(rooms), set(rooms), rooms.names(ada), list(rooms.inside("a"))) == (0, set(), frozenset(), [])


def test_one_that_leaves_while_a_room_is_sent_to_is_no_trouble() -> None:
    rooms: Rooms[Receiver] = Rooms()

    class Leaving(Receiver):
        def send(self, message: Message) -> None:
            super().send(message)
            rooms.leave_all(self)

    both = [Leaving(), Leaving()]
    for receiver in both:
        rooms.enter(receiver, "r")
    for _ in range(2):
        rooms.send("r", Message("4x"))
    assert [receiver.received for receiver in both] == [["4x"], ["4x"]]
