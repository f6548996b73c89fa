"""The worker, built from the composition: jobs and schedules by PgQueuer, and the followers of events."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any

import asyncpg
import structlog
from pgqueuer import PgQueuer
from pgqueuer.core.executors import DatabaseRetryEntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.errors import RetryRequested
from pgqueuer.models import Context
from pgqueuer.models import Job as QueuedJob
from pgqueuer.models import Schedule as QueuedSchedule

from phoenix.composition import REGISTRY
from phoenix.kernel.background import Alive, once, watchdog
from phoenix.kernel.data.connect import set_codecs
from phoenix.kernel.data.followers import Listener, follow
from phoenix.kernel.data.jobs import JobKind, fail_unknown
from phoenix.kernel.data.upkeep import empty_leaving_fields, trim_events
from phoenix.kernel.errors import PermanentFailure
from phoenix.kernel.module import Job, Schedule
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.logging import configure
from phoenix.kernel.web.idempotency import forget_old_keys
from phoenix.kernel.web.kept_forms import forget_kept_forms
from phoenix.settings import settings_of_process

log = structlog.get_logger(__name__)

# A worker without a heartbeat for this long is considered dead, and another one takes its jobs.
STALE = timedelta(seconds=10)
POLL = timedelta(seconds=2)
# Jobs fetched at a time; twice as many run at once in each queue of a worker, however many wait.
BATCH = 10
# How long a statement of the queue may take: the longest is that of a batch.
STATEMENT_SECONDS = 30.0


async def fail_unknown_jobs(runtime: Runtime) -> None:
    """Mark jobs failed that no module runs any more; runs by schedule."""
    async with runtime.database.transaction() as tx:
        kinds = await fail_unknown(tx, runtime.part(Registry).jobs)
    if kinds:
        log.warning("jobs_of_no_module", jobs=kinds)


async def empty_events(runtime: Runtime) -> None:
    """Empty what only code of the last release reads in events; runs by schedule."""
    if changed := await empty_leaving_fields(runtime.database, runtime.part(Registry).leaving):
        log.info("events_emptied", events=changed)


async def trim_old_events(runtime: Runtime) -> None:
    """Delete events that are older than the setting says; runs by schedule."""
    if keep := runtime.settings.installation.events_keep:
        log.info("events_trimmed", events=await trim_events(runtime.database, timedelta(days=keep)), keep_days=keep)


async def watch_disk_space(runtime: Runtime) -> None:
    """Measure the space left on the disks, which logs what has changed; runs by schedule."""
    runtime.disk_space.measure()


KERNEL_SCHEDULES = (
    Schedule("kernel.trim_events", "51 3 * * *", trim_old_events),
    Schedule("kernel.watch_disk_space", "* * * * *", watch_disk_space),
    Schedule("kernel.empty_events", "13 * * * *", empty_events),
    Schedule("kernel.forget_idempotency_keys", "41 * * * *", forget_old_keys),
    Schedule("kernel.forget_kept_forms", "27 * * * *", forget_kept_forms),
    Schedule("kernel.fail_unknown_jobs", "23 * * * *", fail_unknown_jobs),
)


async def work(runtime: Runtime, stop: asyncio.Event) -> None:
    """Work until `stop` is set; jobs that run then are finished."""
    registry, background = runtime.part(Registry), runtime.background
    listener = Listener(runtime.settings.database.url)
    for follower in (follower for module in registry.modules for follower in module.followers):
        following = partial(follow, runtime.database, follower.name, listener.subscribe(), partial(follower.follow, runtime))
        background.start(f"follower {follower.name}", following)
    for queue, (jobs, schedules) in _queues(registry).items():
        # PgQueuer has no turns that could be seen: a hanging queue is found by the time-out of its statements.
        background.start(f"queue {queue}", partial(run_jobs, runtime, jobs, schedules, stop), stop=stop.set, hangs_after=None)
    background.start("listener", listener.listen, stop=listener.stop)
    await stop.wait()
    await background.close(seconds=None)


def _queues(registry: Registry) -> dict[str, tuple[list[Job[Any]], list[Schedule]]]:
    """The jobs of each queue; the schedules run with the first."""
    queues: dict[str, list[Job[Any]]] = {"default": []}
    for job in registry.jobs.values():
        queues.setdefault(job.kind.queue, []).append(job)
    schedules = [*KERNEL_SCHEDULES, *(schedule for module in registry.modules for schedule in module.schedules)]
    return {name: (jobs, schedules if name == "default" else []) for name, jobs in queues.items()}


async def run_jobs(runtime: Runtime, jobs: Iterable[Job[Any]], schedules: Iterable[Schedule], stop: asyncio.Event, alive: Alive) -> None:
    """Run jobs and schedules until `stop` is set. Raises ConnectionError if the database connection is lost."""
    connection = await asyncpg.connect(
        runtime.settings.database.url, timeout=10, command_timeout=STATEMENT_SECONDS, server_settings={"application_name": "phoenix jobs"}
    )
    stopping: asyncio.Task[None] | None = None
    try:
        await set_codecs(connection)
        runner = PgQueuer.from_asyncpg_connection(connection)
        connection.add_termination_listener(lambda _: runner.shutdown.set())
        for job in jobs:
            _register(runner, runtime, job)
        for schedule in schedules:
            _schedule(runner, runtime, schedule)
        stopping = once("stop the queue", _stop(runner, stop))
        alive()
        await runner.run(dequeue_timeout=POLL, heartbeat_timeout=STALE, batch_size=BATCH, max_concurrent_tasks=2 * BATCH)
    finally:
        if stopping is not None:
            stopping.cancel()
        if not connection.is_closed():
            await connection.close(timeout=5)
    if not stop.is_set():
        raise ConnectionError("The connection was lost.")


async def _stop(runner: PgQueuer, stop: asyncio.Event) -> None:
    await stop.wait()
    runner.shutdown.set()


class TooLate(PermanentFailure):
    """What the job was for has expired."""

    def __init__(self) -> None:
        super().__init__("It has waited longer than what it was for is of use.")


class Executor(DatabaseRetryEntrypointExecutor):
    """Runs a job again later, unless that cannot help."""

    async def execute(self, job: QueuedJob, context: Context) -> None:
        try:
            await super().execute(job, context)
        except RetryRequested as retry:
            if isinstance(retry.__cause__, PermanentFailure):
                raise retry.__cause__ from None
            raise


def _register(runner: PgQueuer, runtime: Runtime, job: Job[Any]) -> None:
    kind = job.kind

    async def run(queued: QueuedJob) -> None:
        started = runtime.clock.now()
        try:
            _require_in_time(kind, started - queued.created)
            await job.run_encoded(runtime, queued.payload or b"{}")
        except Exception:
            log.warning("job_failed", job=kind.name, id=queued.id, attempt=queued.attempts + 1, attempts=kind.attempts, exc_info=True)
            raise
        log.info("job_done", job=kind.name, id=queued.id, milliseconds=round((runtime.clock.now() - started).total_seconds() * 1000))

    def executor(parameters: EntrypointExecutorParameters) -> Executor:
        return Executor(
            parameters=parameters,
            max_attempts=kind.attempts - 1,
            initial_delay=timedelta(seconds=kind.first_delay),
            max_delay=timedelta(hours=1),
        )

    runner.entrypoint(kind.name, concurrency_limit=kind.concurrency, on_failure="hold", accepts_context=False, executor_factory=executor)(
        run
    )


def _require_in_time(kind: JobKind[Any], age: timedelta) -> None:
    """Raises TooLate."""
    if kind.within is not None and age.total_seconds() > kind.within:
        raise TooLate


def _schedule(runner: PgQueuer, runtime: Runtime, schedule: Schedule) -> None:
    async def run(_: QueuedSchedule) -> None:
        try:
            async with asyncio.timeout(schedule.timeout):
                await schedule.run(runtime)
        except Exception:
            log.warning("schedule_failed", schedule=schedule.name, exc_info=True)
            raise
        log.info("schedule_done", schedule=schedule.name)

    runner.schedule(schedule.name, schedule.cron, accepts_context=False)(run)


async def run() -> None:
    """The worker process."""
    settings = settings_of_process()
    configure(settings.logs)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with REGISTRY.opened(settings, pool=4) as runtime:
        if not settings.development:
            runtime.background.start("watchdog", watchdog)
        await work(runtime, stop)


if __name__ == "__main__":
    asyncio.run(run())
