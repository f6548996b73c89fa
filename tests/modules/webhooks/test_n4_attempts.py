"""N4: an attempt to deliver to a webhook is made once, however many jobs there are for it."""

from __future__ import annotations

import asyncio

import msgspec
from tests.harness import Harness
from tests.modules.webhooks.receiving import answered, deliveries, happen, receiving, webhook

from phoenix.modules.webhooks.actions.deliver import LEASE, sweep


def test_of_two_jobs_for_one_attempt_only_one_is_made(harness: Harness) -> None:
    """The worker was away for longer than the lease, so the sweep queued another job beside the one that waits."""

    async def run() -> None:
        async with harness, receiving(harness) as receiver:
            await harness.organisation("ember", ada="owner")
            made = await webhook(harness, receiver.url)
            receiver.answers = [answered("500 No")] * 10
            await happen(harness)
            for _ in range(5):
                harness.clock.advance(seconds=LEASE.total_seconds() + 1)
                await sweep(harness.runtime)
            assert len(await harness.sql("SELECT FROM pgqueuer WHERE entrypoint = 'webhooks.deliver'")) == 6
            await harness.work()
            (delivery,) = await deliveries(harness, made["id"])
            assert (delivery["state"], delivery["attempts"]) == ("queued", 1)
            assert len(receiver.came) == 1
            # A job of the release before does not say which attempt it is for.
            await harness.registry.jobs["webhooks.deliver"].run_encoded(harness.runtime, msgspec.json.encode({"delivery": delivery["id"]}))
            assert len(receiver.came) == 2

    asyncio.run(run())
