"""N4: push services that do not answer delay nobody else: neither other channels nor other people's browsers."""

from __future__ import annotations

import asyncio

import httpx
from tests.harness import Harness
from tests.modules.push.pushing import answered, pushing, queue_mention, states, turn_on, turn_on_elsewhere

from phoenix.modules.notifications.actions.send_by import SEND_BY

WAITING = """
    SELECT entrypoint, convert_from(payload, 'UTF8')::jsonb ->> 'target' AS target FROM pgqueuer
     WHERE starts_with(entrypoint, 'notifications.by_channel') AND status = 'queued'
"""


async def waiting(harness: Harness) -> dict[str, str]:
    """The kind of job by which each browser is sent something."""
    return {row["target"]: row["entrypoint"] for row in await harness.sql(WAITING)}


async def browser_named(harness: Harness, name: str) -> str:
    (row,) = await harness.sql("SELECT id FROM push_subscriptions WHERE endpoint = $1", f"https://push.example/send/{name}")
    return str(row["id"])


def test_every_channel_has_a_queue_of_its_own(harness: Harness) -> None:
    queues = {name: harness.registry.jobs[SEND_BY.of(name).name].kind.queue for name in harness.registry.channels}
    assert len({*queues.values(), SEND_BY.queue}) == len(queues) + 1
    assert not {*queues.values(), SEND_BY.queue} & {
        job.kind.queue for job in harness.registry.jobs.values() if not job.kind.name.startswith(SEND_BY.name)
    }


def test_what_goes_to_a_browser_that_did_not_answer_waits_apart_until_it_has_answered(harness: Harness) -> None:
    async def run() -> None:
        async with harness, pushing(harness) as service:
            await harness.organisation("ember", ada="owner", bo="member")
            await turn_on(harness, "bo")
            silent = await browser_named(harness, "bo")
            await queue_mention(harness)
            assert await waiting(harness) == {silent: "notifications.by_channel_push"}

            service.answers = [httpx.ReadTimeout("slow") for _ in range(20)]
            await harness.work()
            assert await states(harness) == [("refused", "no_answer")]

            await turn_on_elsewhere(harness, "bo")
            other = await browser_named(harness, "elsewhere")
            await queue_mention(harness)
            assert await waiting(harness) == {silent: "notifications.by_channel", other: "notifications.by_channel_push"}

            service.answers = []
            await harness.work()
            await queue_mention(harness)
            assert await waiting(harness) == {silent: "notifications.by_channel_push", other: "notifications.by_channel_push"}

    asyncio.run(run())


def test_a_second_attempt_waits_apart_only_where_nothing_was_answered(harness: Harness) -> None:
    async def run() -> None:
        async with harness, pushing(harness) as service:
            await harness.organisation("ember", ada="owner", bo="member")
            await turn_on(harness, "bo")
            browser = await browser_named(harness, "bo")
            for answer, kind in (
                (answered(503), "notifications.by_channel_push"),
                (httpx.ConnectError("away"), "notifications.by_channel"),
            ):
                await queue_mention(harness)
                (row,) = await harness.sql("DELETE FROM pgqueuer WHERE entrypoint = 'notifications.by_channel_push' RETURNING payload")
                service.answers = [answer]
                await harness.registry.jobs["notifications.by_channel_push"].run_encoded(harness.runtime, row["payload"])
                assert await waiting(harness) == {browser: kind}
                await harness.work()

    asyncio.run(run())
