"""N4: a webhook where nothing has arrived for three days is switched off, and none where something did."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from tests.harness import Harness
from tests.modules.webhooks.receiving import answered, deliveries, happen, receiving, webhook

from phoenix.kernel.security.outgoing import Answer
from phoenix.modules.webhooks import queries, signing
from phoenix.modules.webhooks.actions import send
from phoenix.modules.webhooks.actions.queue import sweep

# The last attempt is made somewhat before three days are over.
ENOUGH = timedelta(hours=60)


async def is_on(harness: Harness, id_: str) -> bool:
    found = (await harness.get(f"/api/v2/webhooks/{id_}", by="ada")).json()
    assert found["disabled_reason"] == (None if found["enabled"] else "failing")
    return bool(found["enabled"])


async def until_due(harness: Harness, id_: str) -> None:
    """Go to the instant of the next attempt of the oldest delivery, and make it."""
    (*_, oldest) = await deliveries(harness, id_)
    wait = datetime.fromisoformat(oldest["next_attempt_at"]) - harness.clock.now()
    harness.clock.advance(seconds=max(0, wait.total_seconds()) + 1)
    await sweep(harness.runtime)
    await harness.work()


@pytest.mark.parametrize("arrives", [False, True])
def test_it_is_switched_off_after_the_last_attempt_unless_something_arrived_meanwhile(harness: Harness, *, arrives: bool) -> None:
    """At the times at which it is really tried."""

    async def run() -> None:
        async with harness, receiving(harness) as receiver:
            await harness.organisation("ember", ada="owner")
            made = await webhook(harness, receiver.url)
            began = harness.clock.now()
            receiver.answers = [answered("500 No")] * (5 + len(signing.DELAYS))
            await happen(harness)
            await harness.work()
            for number in range(len(signing.DELAYS)):
                assert await is_on(harness, made["id"])
                if number == len(signing.DELAYS) - 2 and arrives:
                    receiver.answers = []
                    await happen(harness, "Pump 5")
                    await harness.work()
                    receiver.answers = [answered("500 No")] * 2
                await until_due(harness, made["id"])
            (*_, oldest) = await deliveries(harness, made["id"])
            assert (oldest["state"], oldest["attempts"]) == ("failed", len(signing.DELAYS) + 1)
            assert ENOUGH < harness.clock.now() - began <= signing.GIVEN_UP
            assert await is_on(harness, made["id"]) == arrives

    asyncio.run(run())


@pytest.mark.parametrize(("since", "on"), [(ENOUGH, False), (ENOUGH - timedelta(seconds=1), True)])
def test_what_is_given_up_earlier_switches_nothing_off(harness: Harness, since: timedelta, *, on: bool) -> None:
    """As something that was queued long ago, at a receiver that fails only since."""

    async def run() -> None:
        async with harness, receiving(harness) as receiver:
            await harness.organisation("ember", ada="owner")
            made = await webhook(harness, receiver.url)
            await happen(harness)
            await harness.sql("UPDATE webhook_deliveries SET attempts = $1", len(signing.DELAYS))
            await harness.sql("UPDATE webhooks SET failing_since = $1", harness.clock.now() - since)
            receiver.answers = [answered("500 No")]
            await harness.work()
            (delivery,) = await deliveries(harness, made["id"])
            assert delivery["state"] == "failed"
            assert await is_on(harness, made["id"]) == on

    asyncio.run(run())


def test_an_attempt_that_two_workers_made_counts_once(harness: Harness) -> None:
    """As where the lease of the first was over before it noted what became of it."""

    async def run() -> None:
        async with harness, receiving(harness) as receiver:
            await harness.organisation("ember", ada="owner")
            made = await webhook(harness, receiver.url)
            await happen(harness)
            (delivery,) = await deliveries(harness, made["id"])
            async with harness.runtime.database.reader() as db:
                target = await db.one(queries.TARGET, delivery["id"])
            for answer in (Answer(204), Answer(500, "It answered 500.")):
                async with harness.runtime.database.transaction() as tx:
                    await send._note(tx, target, delivery["id"], answer)
            (delivery,) = await deliveries(harness, made["id"])
            assert (delivery["state"], delivery["attempts"], delivery["problem"]) == ("delivered", 1, None)

            async def note_failure() -> None:
                async with harness.runtime.database.transaction() as tx:
                    await send._note(tx, target, delivery["id"], Answer(500, "It answered 500."))

            await harness.sql("UPDATE webhook_deliveries SET state = 'queued', attempts = 0")
            await note_failure()
            await note_failure()
            (delivery,) = await deliveries(harness, made["id"])
            assert (delivery["state"], delivery["attempts"]) == ("queued", 1)

    asyncio.run(run())
