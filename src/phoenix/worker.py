"""The worker, built from the composition: jobs and schedules by PgQueuer, and the followers of events."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any

import asyncpg
import structlog
from pgqueuer import PgQueuer
from pgqueuer.core.executors import DatabaseRetryEntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.models import Job as QueuedJob
from pgqueuer.models import Schedule as QueuedSchedule

from phoenix.composition import REGISTRY
from phoenix.kernel.data.database import set_codecs
from phoenix.kernel.data.followers import Listener, follow
from phoenix.kernel.data.jobs import fail_unknown
from phoenix.kernel.module import Job, Schedule
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.logging import configure
from phoenix.kernel.web.idempotency import forget_old_keys
from phoenix.settings import read_settings

log = structlog.get_logger(__name__)

# A worker without a heartbeat for this long is considered dead, and another one takes its jobs.
STALE = timedelta(seconds=10)
POLL = timedelta(seconds=2)
# Jobs fetched at a time; twice as many run at once in each queue of a worker, however many wait.
BATCH = 10
RECONNECT_SECONDS = 1.0
STOP_SECONDS = 5


async def fail_unknown_jobs(runtime: Runtime) -> None:
    """Mark jobs failed that no module runs any more; runs by schedule."""
    async with runtime.database.transaction() as tx:
        kinds = await fail_unknown(tx, runtime.part(Registry).jobs)
    if kinds:
        log.warning("jobs_of_no_module", jobs=kinds)


KERNEL_SCHEDULES = (
    Schedule("kernel.forget_idempotency_keys", "41 * * * *", forget_old_keys),
    Schedule("kernel.fail_unknown_jobs", "23 * * * *", fail_unknown_jobs),
)


async def work(runtime: Runtime, stop: asyncio.Event) -> None:
    """Work until `stop` is set, reconnecting if the database connection is lost."""
    registry = runtime.part(Registry)
    listener = Listener(runtime.settings.database.url)
    followers = [follower for module in registry.modules for follower in module.followers]
    listening = asyncio.create_task(listener.listen())
    running = [asyncio.create_task(_run_queue(runtime, jobs, schedules, stop)) for jobs, schedules in _queues(registry)]
    tasks = [asyncio.create_task(follow(runtime.database, f.name, listener.subscribe(), partial(f.follow, runtime))) for f in followers]
    try:
        await asyncio.gather(*running)
    finally:
        listener.stop()
        await asyncio.wait({listening}, timeout=STOP_SECONDS)
        for task in [listening, *running, *tasks]:
            task.cancel()
        await asyncio.gather(listening, *running, *tasks, return_exceptions=True)


def _queues(registry: Registry) -> list[tuple[list[Job[Any]], list[Schedule]]]:
    """The jobs of each queue; the schedules run with the first."""
    queues: dict[str, list[Job[Any]]] = {"default": []}
    for job in registry.jobs.values():
        queues.setdefault(job.kind.queue, []).append(job)
    schedules = [*KERNEL_SCHEDULES, *(schedule for module in registry.modules for schedule in module.schedules)]
    return [(jobs, schedules if name == "default" else []) for name, jobs in queues.items()]


async def _run_queue(runtime: Runtime, jobs: Iterable[Job[Any]], schedules: Iterable[Schedule], stop: asyncio.Event) -> None:
    """Run `run_jobs`, and again after every lost connection."""
    while not stop.is_set():
        try:
            await run_jobs(runtime, jobs, schedules, stop)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
            log.warning("jobs_interrupted", reason=type(error).__name__)
        if not stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), RECONNECT_SECONDS)


async def run_jobs(runtime: Runtime, jobs: Iterable[Job[Any]], schedules: Iterable[Schedule], stop: asyncio.Event) -> None:
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
        await runner.run(dequeue_timeout=POLL, heartbeat_timeout=STALE, batch_size=BATCH, max_concurrent_tasks=2 * BATCH)
    finally:
        stopping.cancel()
        if not connection.is_closed():
            await connection.close(timeout=5)


async def _stop(runner: PgQueuer, stop: asyncio.Event) -> None:
    await stop.wait()
    runner.shutdown.set()


def _register(runner: PgQueuer, runtime: Runtime, job: Job[Any]) -> None:
    kind = job.kind

    async def run(queued: QueuedJob) -> None:
        started = runtime.clock.now()
        try:
            await job.run_encoded(runtime, queued.payload or b"{}")
        except Exception:
            log.warning("job_failed", job=kind.name, id=queued.id, attempt=queued.attempts + 1, attempts=kind.attempts, exc_info=True)
            raise
        log.info("job_done", job=kind.name, id=queued.id, milliseconds=round((runtime.clock.now() - started).total_seconds() * 1000))

    def executor(parameters: EntrypointExecutorParameters) -> DatabaseRetryEntrypointExecutor:
        return DatabaseRetryEntrypointExecutor(
            parameters=parameters,
            max_attempts=kind.attempts - 1,
            initial_delay=timedelta(seconds=kind.first_delay),
            max_delay=timedelta(hours=1),
        )

    runner.entrypoint(kind.name, concurrency_limit=kind.concurrency, on_failure="hold", accepts_context=False, executor_factory=executor)(
        run
    )


def _schedule(runner: PgQueuer, runtime: Runtime, schedule: Schedule) -> None:
    async def run(_: QueuedSchedule) -> None:
        await schedule.run(runtime)
        log.info("schedule_done", schedule=schedule.name)

    runner.schedule(schedule.name, schedule.cron, accepts_context=False)(run)


async def run() -> None:
    """The worker process."""
    settings = read_settings()
    configure(settings.logs)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with REGISTRY.opened(settings, pool=4) as runtime:
        await work(runtime, stop)


if __name__ == "__main__":
    asyncio.run(run())
