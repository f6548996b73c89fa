"""The job runner, folded from the composition: jobs, schedules, and what follows the events."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from functools import partial

import asyncpg
import structlog

from phoenix.composition import REGISTRY
from phoenix.kernel.data.events import Wake, follow
from phoenix.kernel.data.job_runner import run_jobs
from phoenix.kernel.module import Schedule
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.logging import configure
from phoenix.kernel.web.idempotency import forget_old_keys
from phoenix.kernel.web.opening import opened
from phoenix.settings import read_settings

log = structlog.get_logger(__name__)

RECONNECT_SECONDS = 1.0
STOP_SECONDS = 5
KERNEL_SCHEDULES = (Schedule("kernel.forget_idempotency_keys", "41 * * * *", forget_old_keys),)


async def work(runtime: Runtime, stop: asyncio.Event) -> None:
    """Work until `stop` is set; a lost database connection is opened again."""
    registry = runtime.registry
    wake = Wake(runtime.settings.database.url)
    followers = [follower for module in registry.modules for follower in module.followers]
    listening = asyncio.create_task(wake.listen())
    tasks = [asyncio.create_task(follow(runtime.database, f.name, wake.bell(), partial(f.follow, runtime))) for f in followers]
    schedules = [*KERNEL_SCHEDULES, *(schedule for module in registry.modules for schedule in module.schedules)]
    try:
        while not stop.is_set():
            try:
                await run_jobs(runtime, registry.jobs.values(), schedules, stop)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
                log.warning("jobs_interrupted", reason=type(error).__name__)
            if not stop.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), RECONNECT_SECONDS)
    finally:
        wake.stop()
        await asyncio.wait({listening}, timeout=STOP_SECONDS)
        for task in [listening, *tasks]:
            task.cancel()
        await asyncio.gather(listening, *tasks, return_exceptions=True)


async def run() -> None:
    """The worker process."""
    settings = read_settings()
    configure(settings.logs)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with opened(settings, REGISTRY, pool=4) as runtime:
        await work(runtime, stop)


if __name__ == "__main__":
    asyncio.run(run())
