"""Keys of jobs: a job is not enqueued again while one with its key is waiting."""

from __future__ import annotations

import asyncio

from tests.harness import Harness
from tests.kernel.test_jobs import KIND, Numbered, failed_jobs, run_until

from phoenix.kernel.data.jobs import enqueue, replay
from phoenix.kernel.module import Job
from phoenix.kernel.runtime import Runtime


def test_a_job_key_is_enqueued_only_once_while_it_waits(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            async with harness.runtime.database.transaction() as tx:
                assert await enqueue(tx, KIND, Numbered(1), key="k")
                assert not await enqueue(tx, KIND, Numbered(2), key="k")
                assert await enqueue(tx, KIND, Numbered(3))
            assert len(await harness.sql("SELECT 1 FROM pgqueuer")) == 2

    asyncio.run(run())


def test_a_job_key_can_be_enqueued_again_while_it_runs(harness: Harness) -> None:
    """A running job may have read its data before the change that enqueues it again."""
    seen: list[int] = []
    started, go_on = asyncio.Event(), asyncio.Event()

    async def note(_: Runtime, payload: Numbered) -> None:
        seen.append(payload.n)
        started.set()
        await go_on.wait()

    async def run() -> None:
        async with harness:
            async with harness.runtime.database.transaction() as tx:
                assert await enqueue(tx, KIND, Numbered(1), key="k")

            async def is_done() -> bool:
                if started.is_set() and not go_on.is_set():
                    async with harness.runtime.database.transaction() as tx:
                        assert await enqueue(tx, KIND, Numbered(2), key="k")
                        assert not await enqueue(tx, KIND, Numbered(3), key="k")
                    go_on.set()
                return not await harness.sql("SELECT 1 FROM pgqueuer")

            await run_until(harness, [Job(KIND, note)], is_done)
            assert seen == [1, 2]

    asyncio.run(run())


def test_a_failed_job_can_be_replayed_alongside_another_with_its_key(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            async with harness.runtime.database.transaction() as tx:
                await enqueue(tx, KIND, Numbered(1), key="k")
            await harness.sql("UPDATE pgqueuer SET status = 'failed'")
            [failed] = await failed_jobs(harness)
            async with harness.runtime.database.transaction() as tx:
                assert await enqueue(tx, KIND, Numbered(2), key="k")
                assert await replay(tx, failed)
            rows = await harness.sql("SELECT status::text, dedupe_key FROM pgqueuer ORDER BY id")
            assert [tuple(row.values()) for row in rows] == [("queued", None), ("queued", "k")]

    asyncio.run(run())
