"""Jobs on a real runner: with the transaction or not at all, retried, marked failed, replayed, once a key."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.harness import Harness
from tests.waiting import until

from phoenix.kernel.data.jobs import dead_jobs, enqueue, replay
from phoenix.kernel.module import Job
from phoenix.kernel.runtime import Runtime
from phoenix.worker import run_jobs


async def fail_and_enqueue(harness: Harness) -> None:
    async with harness.runtime.database.transaction() as tx:
        await enqueue(tx, "test.job", {})
        raise RuntimeError("on purpose")


async def run_until(harness: Harness, jobs: list[Job], condition: Any, seconds: float = 15) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(run_jobs(harness.runtime, jobs, (), stop))
    try:
        await until(condition, seconds)
    finally:
        stop.set()
        await asyncio.wait_for(running, 10)


def test_a_job_of_a_rolled_back_transaction_does_not_exist(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            with pytest.raises(RuntimeError, match="on purpose"):
                await fail_and_enqueue(harness)
            assert await harness.sql("SELECT 1 FROM pgqueuer") == []

    asyncio.run(run())


def test_a_key_is_enqueued_once_while_it_waits(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            async with harness.runtime.database.transaction() as tx:
                assert await enqueue(tx, "test.job", {"n": 1}, key="k")
                assert not await enqueue(tx, "test.job", {"n": 2}, key="k")
                assert await enqueue(tx, "test.job", {"n": 3})
            assert len(await harness.sql("SELECT 1 FROM pgqueuer")) == 2

    asyncio.run(run())


def test_jobs_run_with_their_payload_and_are_gone(harness: Harness) -> None:
    seen: list[int] = []

    async def work(_: Runtime, payload: dict[str, Any]) -> None:
        seen.append(payload["n"])

    async def run() -> None:
        async with harness:
            async with harness.runtime.database.transaction() as tx:
                for number in range(30):
                    await enqueue(tx, "test.job", {"n": number})

            async def done() -> bool:
                return len(seen) == 30 and not await harness.sql("SELECT 1 FROM pgqueuer")

            await run_until(harness, [Job("test.job", work)], done)
            assert sorted(seen) == list(range(30))

    asyncio.run(run())


def test_a_job_that_fails_is_tried_again_then_fails_and_can_be_replayed(harness: Harness) -> None:
    tries: list[int] = []
    broken = True

    async def work(_: Runtime, payload: dict[str, Any]) -> None:
        tries.append(payload["n"])
        if broken:
            raise RuntimeError("on purpose")

    async def run() -> None:
        nonlocal broken
        async with harness:
            jobs = [Job("test.job", work, attempts=3, first_delay=0.1)]
            async with harness.runtime.database.transaction() as tx:
                await enqueue(tx, "test.job", {"n": 7})

            async def is_dead() -> bool:
                async with harness.runtime.database.transaction() as tx:
                    return bool(await dead_jobs(tx))

            await run_until(harness, jobs, is_dead)
            assert tries == [7, 7, 7]
            async with harness.runtime.database.transaction() as tx:
                dead = await dead_jobs(tx)
                assert [job.name for job in dead] == ["test.job"]
                assert await replay(tx, dead[0].id)
                assert not await replay(tx, dead[0].id)
            broken = False

            async def done() -> bool:
                return not await harness.sql("SELECT 1 FROM pgqueuer")

            await run_until(harness, jobs, done)
            assert tries == [7, 7, 7, 7]

    asyncio.run(run())
