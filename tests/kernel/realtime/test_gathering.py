"""Rooms with many people get the first message at once, and then at most once a second how many there were."""

from __future__ import annotations

import asyncio

from tests.harness import NOW, Harness
from tests.kernel.ringing import connected
from tests.sockets import live
from tests.waiting import until

from phoenix.kernel.data.events import Recorded
from phoenix.kernel.realtime.gathering import EVERY_SECONDS, Gathering

LARGE, SMALL = "organisation:org_1", "organisation:org_2"


class Now:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def gathering(now: Now, sizes: dict[str, int]) -> Gathering:
    return Gathering(lambda room: sizes.get(room, 0), now)


def test_a_room_of_fifty_gets_every_message_and_one_of_fifty_one_the_first() -> None:
    here = gathering(Now(), {LARGE: 51, SMALL: 50})
    messages = [(SMALL, "feed", 1), (LARGE, "feed", 2), (SMALL, "feed", 3), (LARGE, "feed", 4), (LARGE, "changed", 5)]
    assert here.take(messages) == [(SMALL, "feed", 1), (LARGE, "feed", 2), (SMALL, "feed", 3), (LARGE, "changed", 5)]


def test_what_came_within_a_second_is_told_as_a_number_once_it_is_over() -> None:
    now = Now()
    here = gathering(now, {LARGE: 51})
    here.take([(LARGE, "feed", number) for number in range(4)])
    now.seconds += EVERY_SECONDS - 0.01
    assert here.due() == []
    now.seconds += 0.01
    assert here.due() == [(LARGE, "feed", {"organisation": "org_1", "new": 3})]
    assert here.take([(LARGE, "feed", 5)]) == [], "a second from then"
    now.seconds += EVERY_SECONDS
    assert here.due() == [(LARGE, "feed", {"organisation": "org_1", "new": 1})]


def test_after_a_quiet_second_a_message_is_sent_at_once_again() -> None:
    now = Now()
    here = gathering(now, {LARGE: 51})
    here.take([(LARGE, "feed", 1)])
    now.seconds += EVERY_SECONDS
    assert here.due() == []
    assert here.take([(LARGE, "feed", 2)]) == [(LARGE, "feed", 2)]


def test_what_was_counted_is_sent_to_a_room_that_has_become_small() -> None:
    now, sizes = Now(), {LARGE: 51}
    here = gathering(now, sizes)
    here.take([(LARGE, "feed", 1), (LARGE, "feed", 2)])
    sizes[LARGE] = 1
    now.seconds += EVERY_SECONDS
    assert here.due() == [(LARGE, "feed", {"organisation": "org_1", "new": 1})]
    now.seconds += EVERY_SECONDS
    assert here.due() == []
    assert here.take([(LARGE, "feed", 3), (LARGE, "feed", 4)]) == [(LARGE, "feed", 3), (LARGE, "feed", 4)]


def test_a_room_without_a_name_of_its_own_is_told_the_number_alone() -> None:
    now = Now()
    here = gathering(now, {"everyone": 51})
    here.take([("everyone", "rung", 1), ("everyone", "rung", 2)])
    now.seconds += EVERY_SECONDS
    assert here.due() == [("everyone", "rung", {"new": 1})]


def test_it_says_how_long_to_wait() -> None:
    now = Now()
    here = gathering(now, {LARGE: 51})
    assert here.wait(5.0) == 5.0
    here.take([(LARGE, "feed", 1)])
    assert here.wait(5.0) == EVERY_SECONDS
    now.seconds += EVERY_SECONDS + 1
    assert here.wait(5.0) == 0.0


def test_people_of_a_large_room_are_sent_the_first_message_and_then_the_number(ringing: Harness) -> None:
    async def run() -> None:
        async with ringing, live(ringing, most_at_once=0) as here:
            ember = await ringing.organisation("ember", ada="owner")
            async with connected(here.url, ringing.people["ada"].token) as told:
                await until(lambda: ("missed", {"last": True}) in told)
                for number in range(4):
                    await here.sockets.deliver([Recorded(number, number, f"evt_{number}", "bell.rung", ember, None, None, {}, NOW)])
                await until(lambda: ("changed", {"organisation": ember, "new": 3}) in told)
                assert told.count(("changed", {"organisation": ember})) == 1

    asyncio.run(run())


def test_who_left_a_large_room_is_not_sent_the_number(ringing: Harness) -> None:
    async def run() -> None:
        async with ringing, live(ringing, most_at_once=0) as here:
            ember = await ringing.organisation("ember", ada="owner", bo="member")
            async with connected(here.url, ringing.people["bo"].token) as told:
                await until(lambda: ("missed", {"last": True}) in told)
                bo = ringing.people["bo"]
                here.sockets._gathering.take([(f"organisation:{ember}", "feed", {})] * 2)
                removed = await ringing.delete(f"/api/v2/organisations/{ember}/members/{bo.id}", by="ada", headers={"If-Match": "*"})
                assert removed.status_code == 204
                await until(lambda: ("organisation_left", {"organisation": ember}) in told)
                await until(lambda: not here.sockets._gathering._counted)
                assert not any("new" in data for _event, *rest in told for data in rest)

    asyncio.run(run())
