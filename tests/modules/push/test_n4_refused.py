"""N4: what push services answer: what is gone is forgotten, what is busy is tried again, and nobody makes us call where we must not."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest
from tests.harness import Harness
from tests.modules.push.pushing import PATH, answered, mention_bo, pushing, queue_mention, states, turn_on, turn_on_elsewhere

from phoenix.modules.notifications.actions.send_by import DELAYS, LONGEST_WAIT

WAITING = """
    SELECT extract(epoch FROM execute_after - created)::integer AS seconds FROM pgqueuer
     WHERE starts_with(entrypoint, 'notifications.by_channel') AND status = 'queued'
"""


async def begin(harness: Harness) -> None:
    await harness.organisation("ember", ada="owner", bo="member")
    await turn_on(harness, "bo")


async def first_try(harness: Harness) -> int | None:
    """Mention Bo and send once. In how many seconds it is tried again, None if it is not."""
    await queue_mention(harness)
    (row,) = await harness.sql("DELETE FROM pgqueuer WHERE entrypoint = 'notifications.by_channel_push' RETURNING payload")
    await harness.registry.jobs["notifications.by_channel_push"].run_encoded(harness.runtime, row["payload"])
    waiting = await harness.sql(WAITING)
    return int(waiting[0]["seconds"]) if waiting else None


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_its_push_service_no_longer_knows_is_forgotten(harness: Harness, status: int) -> None:
    async def run() -> None:
        async with harness, pushing(harness) as service:
            await begin(harness)
            service.answers = [answered(status)]
            await mention_bo(harness, 2)
            assert len(service.came) == 1
            assert await states(harness) == [("refused", "gone")]
            assert (await harness.get(PATH, by="bo")).json()["items"] == []

    asyncio.run(run())


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (answered(429), 10),
        (answered(429, **{"retry-after": "90"}), 90),
        (answered(503, **{"retry-after": "999999"}), 3600),
        (answered(500, **{"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}), 10),
        (httpx.ReadTimeout("slow"), 10),
        (httpx.ConnectError("away"), 10),
        (TimeoutError(), 10),
    ],
    ids=["busy", "busy for a while", "away for days", "a date", "slow", "unreachable", "no answer"],
)
def test_what_may_succeed_later_is_tried_again_with_patience(harness: Harness, answer: httpx.Response | Exception, seconds: int) -> None:
    async def run() -> None:
        async with harness, pushing(harness) as service:
            await begin(harness)
            service.answers = [answer]
            assert await first_try(harness) == seconds
            ((state, reason),) = await states(harness)
            assert (state, reason in {"refused", "no_answer"}) == ("taken", True)
            await harness.work()
            assert await states(harness) == [("sent", None)]
            (row,) = await harness.sql("SELECT tries FROM notification_deliveries WHERE channel = 'push'")
            assert (len(service.came), row["tries"]) == (2, 2)

    asyncio.run(run())


def test_it_is_given_up_after_about_three_hours(harness: Harness) -> None:
    async def run() -> None:
        async with harness, pushing(harness) as service:
            await begin(harness)
            service.answers = [answered(500) for _ in range(20)]
            await mention_bo(harness)
            assert len(service.came) == len(DELAYS) + 1
            assert await states(harness) == [("refused", "refused")]
            assert len((await harness.get(PATH, by="bo")).json()["items"]) == 1, "a service that is away says nothing about the browser"

    asyncio.run(run())
    assert timedelta(hours=2) < sum(DELAYS, timedelta()) < timedelta(hours=3)
    assert max(DELAYS[:-1]) < LONGEST_WAIT


def test_what_is_refused_for_good_is_not_tried_again(harness: Harness) -> None:
    async def run() -> None:
        async with harness, pushing(harness) as service:
            await begin(harness)
            service.answers = [answered(400)]
            await mention_bo(harness)
            assert (len(service.came), await states(harness)) == (1, [("refused", "refused")])

    asyncio.run(run())


def test_one_browser_that_is_reached_is_enough_and_the_other_still_gets_it(harness: Harness) -> None:
    async def run() -> None:
        async with harness, pushing(harness) as service:
            await begin(harness)
            await turn_on_elsewhere(harness, "bo")
            service.answers = [answered(410)]
            await mention_bo(harness)
            assert (len(service.came), await states(harness)) == (2, [("sent", None)])

    asyncio.run(run())


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "169.254.169.254", "::1", "fd00::1"])
def test_a_name_that_leads_to_an_address_that_is_not_public_is_never_called(harness: Harness, address: str) -> None:
    """It may have led to a public one when the browser subscribed (DNS rebinding), or to a public one beside it."""

    async def run() -> None:
        async with harness, pushing(harness) as service:
            await begin(harness)
            service.found = ["198.41.0.4", address]
            await mention_bo(harness)
            assert service.came == []
            assert await states(harness) == [("refused", "no_answer")]

    asyncio.run(run())


@pytest.mark.parametrize("found", [[], ["10.0.0.1"], ["198.41.0.4"]], ids=["no address", "an address inside", "no answer"])
def test_what_cannot_be_reached_looks_the_same_whatever_the_cause(harness: Harness, found: list[str]) -> None:
    """Otherwise anyone could find out which names lead to addresses inside the network of the server."""

    async def run() -> None:
        async with harness, pushing(harness) as service:
            await begin(harness)
            service.found, service.answers = found, [httpx.ConnectError("away") for _ in range(20)]
            assert await first_try(harness) == 10
            await harness.work()
            assert await states(harness) == [("refused", "no_answer")]
            assert len((await harness.get(PATH, by="bo")).json()["items"]) == 1
            (row,) = await harness.sql("SELECT tries FROM notification_deliveries WHERE channel = 'push'")
            assert row["tries"] == len(DELAYS) + 1

    asyncio.run(run())


def test_after_a_change_of_the_master_secret_a_browser_is_forgotten_since_it_accepts_another_key(harness: Harness) -> None:
    async def run() -> None:
        async with harness, pushing(harness) as service:
            await begin(harness)
            await harness.sql("UPDATE push_subscriptions SET server_key = 'another'")
            await mention_bo(harness)
            assert service.came == []
            assert (await harness.get(PATH, by="bo")).json()["items"] == []

    asyncio.run(run())
