"""Of some messages only the newest counts: a large room is sent it whole. And someone's own room is never too large for a message."""

from __future__ import annotations

import asyncio

import pytest
from tests.harness import Harness
from tests.kernel.realtime.test_gathering import LARGE, Now, gathering
from tests.kernel.ringing import connected
from tests.sockets import Socket, live
from tests.waiting import until

from phoenix.kernel.module import Newest
from phoenix.kernel.realtime import sockets as realtime
from phoenix.kernel.realtime.gathering import EVERY_SECONDS

OWN = "account:acc_1"


def test_the_room_of_one_person_gets_every_message_however_many_sockets_they_have() -> None:
    here = gathering(Now(), {OWN: 51})
    messages = [(OWN, "unread", {"count": count}) for count in (3, 2, 1, 0)]
    assert here.take(messages) == messages
    assert here.wait(5.0) == 5.0, "nothing was counted"


def test_what_came_within_a_second_is_told_by_the_newest_where_only_that_counts() -> None:
    now = Now()
    here = gathering(now, {LARGE: 51})
    said = [(LARGE, "presence", Newest({"count": count})) for count in range(5)]
    assert here.take([*said[:4], (LARGE, "feed", 1), (LARGE, "feed", 2)]) == [said[0], (LARGE, "feed", 1)]
    now.seconds += EVERY_SECONDS
    assert here.due() == [said[3], (LARGE, "feed", {"organisation": "org_1", "new": 1})]
    now.seconds += EVERY_SECONDS
    assert here.due() == [], "it is sent once"
    assert here.take([said[4]]) == [said[4]], "at once after a quiet second"


def test_one_that_is_news_after_it_is_counted_with_it() -> None:
    now = Now()
    here = gathering(now, {LARGE: 51})
    here.take([(LARGE, "rung", 1), (LARGE, "rung", Newest(2)), (LARGE, "rung", 3)])
    now.seconds += EVERY_SECONDS
    assert here.due() == [(LARGE, "rung", {"organisation": "org_1", "new": 2})]


def test_sockets_are_sent_what_it_carries(harness: Harness) -> None:
    async def run() -> None:
        async with harness, live(harness) as here, Socket(here) as socket:
            await harness.person("ada")
            await socket.sign_in(harness.people["ada"].token)
            await until(lambda: bool(list(here.sockets.rooms)))
            await here.sockets.delivery.send([(f"account:{harness.people['ada'].id}", "rung", Newest({"count": 7}))])
            await socket.until(lambda: '42["rung",{"count":7}]' in socket.texts)

    asyncio.run(run())


def test_who_is_here_comes_whole_to_a_large_room(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime, "PRESENT_SECONDS", 0.02)
    # Until the test says that the second is over.
    monkeypatch.setattr("phoenix.kernel.realtime.gathering.EVERY_SECONDS", 86_400.0)

    async def run() -> None:
        async with harness, live(harness, most_at_once=0) as here:
            ember = await harness.organisation("ember", ada="owner", bo="member", cy="member")
            ada, bo, cy = (harness.people[who].id for who in ("ada", "bo", "cy"))
            counted = here.sockets._gathering._counted
            async with connected(here.url, harness.people["ada"].token) as told:
                await until(lambda: ("presence", {"organisation": ember, "here": [ada], "count": 1}) in told)
                async with connected(here.url, harness.people["bo"].token), connected(here.url, harness.people["cy"].token):
                    room = (f"organisation:{ember}", "presence")
                    everyone = Newest({"organisation": ember, "here": sorted((ada, bo, cy)), "count": 3})
                    await until(lambda: counted[room].newest == everyone)
                    counted[room].due = 0.0
                    await until(lambda: ("presence", everyone.payload) in told)
                    assert [data for event, data in told if event == "presence"][1:] == [everyone.payload]

    asyncio.run(run())
