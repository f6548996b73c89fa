"""Jobs on a real runner: with the transaction or not at all, retried, marked failed, replayed, once per key."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct
from tests.harness import Harness
from tests.waiting import until

from phoenix.composition import REGISTRY
from phoenix.kernel.data.jobs import NO_MODULE, JobKind, Nothing, enqueue, replay
from phoenix.kernel.errors import PermanentFailure
from phoenix.kernel.module import Job, Module
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.modules.admin.actions.faults import fault_of
from phoenix.modules.admin.queries.jobs import FAILED
from phoenix.worker import BATCH, KERNEL_SCHEDULES, run_jobs, work


class Numbered(Struct, frozen=True):
    n: int


KIND = JobKind("test.job", Numbered)


async def fail_and_enqueue(harness: Harness) -> None:
    async with harness.runtime.database.transaction() as tx:
        await enqueue(tx, KIND, Numbered(1))
        raise RuntimeError("on purpose")


async def run_until(harness: Harness, jobs: list[Job[Any]], condition: Any, seconds: float = 15) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(run_jobs(harness.runtime, jobs, (), stop, lambda: None))
    try:
        await until(condition, seconds)
    finally:
        stop.set()
        await asyncio.wait_for(running, 60)


async def failed_jobs(harness: Harness) -> list[int]:
    return [row["id"] for row in await harness.sql("SELECT id FROM pgqueuer WHERE status = 'failed'")]


def test_a_rolled_back_transaction_enqueues_no_job(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            with pytest.raises(RuntimeError, match="on purpose"):
                await fail_and_enqueue(harness)
            assert await harness.sql("SELECT 1 FROM pgqueuer") == []

    asyncio.run(run())


def test_jobs_run_with_their_payload_and_are_then_removed(harness: Harness) -> None:
    seen: list[int] = []

    async def note(_: Runtime, payload: Numbered) -> None:
        seen.append(payload.n)

    async def run() -> None:
        async with harness:
            async with harness.runtime.database.transaction() as tx:
                for number in range(30):
                    await enqueue(tx, KIND, Numbered(number))

            async def done() -> bool:
                return len(seen) == 30 and not await harness.sql("SELECT 1 FROM pgqueuer")

            await run_until(harness, [Job(KIND, note)], done)
            assert sorted(seen) == list(range(30))

    asyncio.run(run())


def test_a_failing_job_is_retried_then_marked_failed_and_can_be_replayed(harness: Harness) -> None:
    tries: list[int] = []
    broken = True

    async def note(_: Runtime, payload: Numbered) -> None:
        tries.append(payload.n)
        if broken:
            raise RuntimeError("on purpose")

    async def run() -> None:
        nonlocal broken
        async with harness:
            jobs = [Job(JobKind("test.job", Numbered, attempts=3, first_delay=0.1), note)]
            async with harness.runtime.database.transaction() as tx:
                await enqueue(tx, KIND, Numbered(7))

            async def is_dead() -> bool:
                return bool(await failed_jobs(harness))

            await run_until(harness, jobs, is_dead)
            assert tries == [7, 7, 7]
            [failed] = await failed_jobs(harness)
            async with harness.runtime.database.transaction() as tx:
                assert await replay(tx, failed)
                assert not await replay(tx, failed)
            broken = False

            async def done() -> bool:
                return not await harness.sql("SELECT 1 FROM pgqueuer")

            await run_until(harness, jobs, done)
            assert tries == [7, 7, 7, 7]

    asyncio.run(run())


def test_a_job_that_can_never_succeed_is_marked_failed_at_once(harness: Harness) -> None:
    tries: list[int] = []

    async def note(_: Runtime, payload: Numbered) -> None:
        tries.append(payload.n)
        raise PermanentFailure("The mail server permanently refused the email (code 550).")

    async def run() -> None:
        async with harness:
            async with harness.runtime.database.transaction() as tx:
                await enqueue(tx, KIND, Numbered(7))

            async def is_dead() -> bool:
                return bool(await failed_jobs(harness))

            await run_until(harness, [Job(JobKind("test.job", Numbered, attempts=3, first_delay=0.1), note)], is_dead)
            assert tries == [7]

    asyncio.run(run())


def test_a_job_with_a_higher_priority_runs_first(harness: Harness) -> None:
    seen: list[int] = []
    urgent = JobKind("test.urgent", Numbered, priority=5)

    async def note(_: Runtime, payload: Numbered) -> None:
        seen.append(payload.n)

    async def run() -> None:
        async with harness:
            async with harness.runtime.database.transaction() as tx:
                for number in range(12):
                    await enqueue(tx, KIND, Numbered(number))
                await enqueue(tx, urgent, Numbered(99))

            async def done() -> bool:
                return len(seen) == 13

            await run_until(harness, [Job(KIND, note), Job(urgent, note)], done)
            # Jobs are fetched ten at a time. The urgent one is in the first batch, although it was enqueued last.
            assert 99 in seen[:10]

    asyncio.run(run())


def test_a_job_that_takes_longer_than_its_time_out_is_cancelled_and_fails(harness: Harness) -> None:
    ended: list[str] = []

    async def hang(_: Runtime, __: Nothing) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    async def run() -> None:
        async with harness:
            kind = JobKind("test.hangs", Nothing, timeout=0.05, attempts=1)
            async with harness.runtime.database.transaction() as tx:
                await enqueue(tx, kind, Nothing())

            async def is_dead() -> bool:
                return bool(await failed_jobs(harness))

            await run_until(harness, [Job(kind, hang)], is_dead)
            assert ended == ["cancelled"]

    asyncio.run(run())


def test_a_job_with_an_invalid_payload_fails_and_is_shown_to_staff(harness: Harness) -> None:
    async def note(_: Runtime, __: Numbered) -> None:
        raise AssertionError("It is not to be run.")

    async def run() -> None:
        async with harness:
            kind = JobKind("test.job", Numbered, attempts=1)
            async with harness.runtime.database.transaction() as tx:
                await enqueue(tx, JobKind("test.job", Nothing), Nothing())

            async def is_dead() -> bool:
                return len(await failed_jobs(harness)) == 1

            await run_until(harness, [Job(kind, note)], is_dead)

    asyncio.run(run())


def test_long_jobs_in_one_queue_do_not_delay_another_queue(harness: Harness) -> None:
    """There are more long jobs than a queue runs at once, and all of them wait for the short one that was enqueued last."""
    short_ran = asyncio.Event()
    long_ended = asyncio.Event()
    long = JobKind("test.long", Nothing, queue="long")
    short = JobKind("test.short", Nothing)

    async def run_long(_: Runtime, __: Nothing) -> None:
        await short_ran.wait()
        long_ended.set()

    async def run_short(_: Runtime, __: Nothing) -> None:
        short_ran.set()

    async def run() -> None:
        async with harness:
            module = Module(name="test", about="Jobs.", folder=Path(__file__).parent, jobs=(Job(long, run_long), Job(short, run_short)))
            async with Registry([module]).opened(harness.runtime.settings, clock=harness.clock) as runtime:
                async with runtime.database.transaction() as tx:
                    for _ in range(3 * BATCH):
                        await enqueue(tx, long, Nothing())
                    await enqueue(tx, short, Nothing())
                stop = asyncio.Event()
                working = asyncio.create_task(work(runtime, stop))
                await asyncio.wait_for(long_ended.wait(), 60)
                stop.set()
                await asyncio.wait_for(working, 60)

    asyncio.run(run())


def test_a_job_that_no_module_knows_fails_a_day_after_it_was_due(harness: Harness) -> None:
    """Until then, a newer release whose worker runs at the same time may know it."""
    (schedule,) = [schedule for schedule in KERNEL_SCHEDULES if schedule.name == "kernel.fail_unknown_jobs"]
    sent = next(iter(REGISTRY.jobs))

    async def run() -> None:
        async with harness:
            await harness.sql(
                "INSERT INTO pgqueuer (priority, entrypoint, status, execute_after, heartbeat) VALUES"
                " (0, 'gone.waits', 'queued', now() - interval '25 hours', now() - interval '30 hours'),"
                " (0, 'gone.died', 'picked', now() - interval '40 hours', now() - interval '25 hours'),"
                " (0, 'gone.lives', 'picked', now() - interval '40 hours', now() - interval '1 minute'),"
                " (0, 'newer.lately', 'queued', now() - interval '23 hours', now() - interval '30 hours'),"
                " (0, 'newer.later', 'queued', now() + interval '1 hour', now() - interval '30 hours'),"
                " (0, $1, 'queued', now() - interval '25 hours', now() - interval '30 hours')",
                sent,
            )
            await schedule.run(harness.runtime)
            async with harness.runtime.database.transaction() as tx:
                failed = await tx.all(FAILED.plain, *FAILED.plain.start, 50)
                assert sorted(job.name for job in failed) == ["gone.died", "gone.waits"]
                assert {fault_of(job.traceback) for job in failed} == {NO_MODULE}
                # Once a module declares it again, it is run like any other.
                assert await replay(tx, failed[0].id)
            left = await harness.sql("SELECT entrypoint FROM pgqueuer WHERE status <> 'failed' ORDER BY entrypoint")
            assert {row["entrypoint"] for row in left} == {failed[0].name, "gone.lives", "newer.lately", "newer.later", sent}
            await schedule.run(harness.runtime)
            assert len(await harness.sql("SELECT 1 FROM pgqueuer_log WHERE status = 'failed'")) == 2, "a replayed job waits for a day"

    asyncio.run(run())
