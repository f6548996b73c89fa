"""The defaults of a kind of job: its priority is in the middle, many run at once, and a failed one is retried for minutes."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from tests.harness import Harness
from tests.kernel.test_jobs import KIND, Numbered, run_until

from phoenix.kernel.data.jobs import JobKind, enqueue, fail_unknown
from phoenix.kernel.module import Job
from phoenix.kernel.runtime import Runtime

ABOVE = JobKind("test.above", Numbered, priority=1)
BELOW = JobKind("test.below", Numbered, priority=-1)


def test_the_default_priority_is_between_high_and_low(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            async with harness.runtime.database.transaction() as tx:
                for kind in (BELOW, KIND, ABOVE):
                    await enqueue(tx, kind, Numbered(1))
            rows = await harness.sql("SELECT entrypoint, dense_rank() OVER (ORDER BY priority DESC) AS place FROM pgqueuer ORDER BY place")
            assert [tuple(row) for row in rows] == [(ABOVE.name, 1), (KIND.name, 2), (BELOW.name, 3)]

    asyncio.run(run())


def test_jobs_of_a_kind_run_concurrently(harness: Harness) -> None:
    """Each job waits until the other has started."""
    begun = {number: asyncio.Event() for number in (0, 1)}

    async def meet(_: Runtime, payload: Numbered) -> None:
        begun[payload.n].set()
        await begun[1 - payload.n].wait()

    async def run() -> None:
        async with harness:
            async with harness.runtime.database.transaction() as tx:
                for number in begun:
                    await enqueue(tx, KIND, Numbered(number))

            async def done() -> bool:
                return not await harness.sql("SELECT 1 FROM pgqueuer")

            await run_until(harness, [Job(KIND, meet)], done)

    asyncio.run(run())


def test_a_failing_job_is_retried_long_enough_for_a_restart_and_then_shown_to_staff() -> None:
    waits = [KIND.first_delay * 2**failures for failures in range(KIND.attempts - 1)]
    assert waits[0] <= 1, "a chance failure is retried at once"
    assert timedelta(minutes=1) <= timedelta(seconds=sum(waits)) <= timedelta(minutes=3)


def test_a_job_of_an_undeclared_kind_fails_after_a_day_and_not_before(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            for name, minutes in (("gone.day", 24 * 60 + 10), ("gone.lately", 24 * 60 - 10)):
                await harness.sql(
                    "INSERT INTO pgqueuer (priority, entrypoint, status, execute_after, heartbeat)"
                    " SELECT 0, $1, 'queued', due, due FROM (SELECT now() - make_interval(mins => $2) AS due) AS job",
                    name,
                    minutes,
                )
            async with harness.runtime.database.transaction() as tx:
                assert await fail_unknown(tx, [KIND.name]) == ["gone.day"]

    asyncio.run(run())
