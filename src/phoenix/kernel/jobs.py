"""Background work over PgQueuer: enqueued in the caller's transaction, at least once, retried, then set aside.

A job that failed for the last time stays in the queue with the state `failed`, where staff can see and replay it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import msgspec
import structlog
from msgspec import Struct
from pgqueuer import PgQueuer
from pgqueuer.core.executors import DatabaseRetryEntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.models import Job as QueuedJob
from pgqueuer.models import Schedule as QueuedSchedule

from phoenix.kernel.database import Query, Transaction, command, query, set_codecs
from phoenix.kernel.module import Job, Schedule
from phoenix.kernel.runtime import Runtime

log = structlog.get_logger(__name__)

# A worker that shows no sign of life for this long has died, and its jobs are taken by another.
STALE = timedelta(seconds=10)
POLL = timedelta(seconds=2)

ENQUEUE = command("""
    INSERT INTO pgqueuer (priority, entrypoint, payload, execute_after, dedupe_key, status)
    VALUES (0, $1, $2, clock_timestamp() + $3::interval, $4, 'queued')
    ON CONFLICT (dedupe_key) WHERE status IN ('queued', 'picked') AND dedupe_key IS NOT NULL DO NOTHING
""")


class DeadJob(Struct, frozen=True):
    """A job that failed for the last time."""

    id: int
    name: str
    attempts: int
    created_at: datetime
    updated_at: datetime


DEAD: Query[DeadJob] = query(
    DeadJob, "SELECT id, entrypoint, attempts, created, updated FROM pgqueuer WHERE status = 'failed' ORDER BY id DESC LIMIT $1"
)
REPLAY = command("""
    UPDATE pgqueuer SET status = 'queued', execute_after = now(), updated = now(), attempts = 0, queue_manager_id = NULL
     WHERE id = $1 AND status = 'failed'
""")
WAITING: Query[int] = query(int, "SELECT count(*) FROM pgqueuer WHERE status = 'queued' AND execute_after <= now()")


async def enqueue(tx: Transaction, name: str, payload: dict[str, Any], *, key: str | None = None, delay: timedelta = timedelta()) -> bool:
    """Enqueue a job with the transaction; whether it was new. A job whose `key` is already waiting is not added again."""
    return await tx.execute(ENQUEUE, name, msgspec.json.encode(payload), delay, key) > 0


async def dead_jobs(tx: Transaction, limit: int = 50) -> list[DeadJob]:
    """The jobs that were set aside, newest first."""
    return await tx.all(DEAD, limit)


async def replay(tx: Transaction, job: int) -> bool:
    """Put a dead job back in the queue; whether it was there."""
    return await tx.execute(REPLAY, job) > 0


async def run_jobs(runtime: Runtime, jobs: Iterable[Job], schedules: Iterable[Schedule], stop: asyncio.Event) -> None:
    """Run jobs and schedules until `stop` is set or the database connection is lost."""
    connection = await asyncpg.connect(runtime.settings.database.url, timeout=10, server_settings={"application_name": "phoenix jobs"})
    await set_codecs(connection)
    runner = PgQueuer.from_asyncpg_connection(connection)
    connection.add_termination_listener(lambda _: runner.shutdown.set())
    for job in jobs:
        _register(runner, runtime, job)
    for schedule in schedules:
        _schedule(runner, runtime, schedule)
    stopping = asyncio.create_task(_stop(runner, stop))
    try:
        await runner.run(dequeue_timeout=POLL, heartbeat_timeout=STALE, batch_size=10)
    finally:
        stopping.cancel()
        if not connection.is_closed():
            await connection.close(timeout=5)


async def _stop(runner: PgQueuer, stop: asyncio.Event) -> None:
    await stop.wait()
    runner.shutdown.set()


def _register(runner: PgQueuer, runtime: Runtime, job: Job) -> None:
    async def run(queued: QueuedJob) -> None:
        started = runtime.clock.now()
        try:
            await job.run(runtime, msgspec.json.decode(queued.payload or b"{}"))
        except Exception:
            log.warning("job_failed", job=job.name, id=queued.id, attempt=queued.attempts + 1, attempts=job.attempts, exc_info=True)
            raise
        log.info("job_done", job=job.name, id=queued.id, milliseconds=round((runtime.clock.now() - started).total_seconds() * 1000))

    def executor(parameters: EntrypointExecutorParameters) -> DatabaseRetryEntrypointExecutor:
        return DatabaseRetryEntrypointExecutor(
            parameters=parameters,
            max_attempts=job.attempts - 1,
            initial_delay=timedelta(seconds=job.first_delay),
            max_delay=timedelta(hours=1),
        )

    runner.entrypoint(job.name, concurrency_limit=job.concurrency, on_failure="hold", accepts_context=False, executor_factory=executor)(run)


def _schedule(runner: PgQueuer, runtime: Runtime, schedule: Schedule) -> None:
    async def run(_: QueuedSchedule) -> None:
        await schedule.run(runtime)
        log.info("schedule_done", schedule=schedule.name)

    runner.schedule(schedule.name, schedule.cron, accepts_context=False)(run)
