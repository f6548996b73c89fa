"""Everything that a process does in the background is started here: a task that fails is logged, counted and started again.

No other file creates a task (`tests/kernel/test_background.py`), so no work can end without being noticed.
"""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import asyncpg
import structlog

from phoenix.kernel.errors import Unavailable

log = structlog.get_logger(__name__)

FIRST_DELAY, LONGEST_DELAY = 1.0, 60.0
# A task that has done nothing for this long hangs, and is started again.
HANGS_SECONDS = 120.0
STOP_SECONDS = 5.0
# A process whose event loop has not run for this long hangs: it prints where, and exits, so that it is started again.
WATCHDOG_SECONDS, WATCH_SECONDS = 60.0, 1.0

# What happens while the database is away; everything else is a bug, and logged with its traceback.
EXPECTED = (Unavailable, OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)

Alive = Callable[[], None]
"""A task calls this after every turn of its work, also when there was nothing to do."""
Work = Callable[[Alive], Awaitable[None]]


@dataclass(slots=True)
class _Task:
    running: asyncio.Task[None]
    stop: Callable[[], None] | None


class Background:
    """The background tasks of one process. `restarts` counts by task since the process started."""

    def __init__(self) -> None:
        self._tasks: dict[str, _Task] = {}
        self._down: set[str] = set()
        self._stopping = asyncio.Event()
        self.restarts: Counter[str] = Counter()

    @property
    def names(self) -> frozenset[str]:
        """Every task that was started."""
        return frozenset(self._tasks)

    @property
    def down(self) -> frozenset[str]:
        """The tasks that failed and have not worked since."""
        return frozenset(self._down)

    def start(
        self,
        name: str,
        work: Work,
        *,
        stop: Callable[[], None] | None = None,
        hangs_after: float | None = HANGS_SECONDS,
        longest_delay: float | None = None,
    ) -> None:
        """Keep `work` running until `close`. `stop` asks it to end by itself; otherwise it is cancelled.

        After failures it is tried again ever later, but within `longest_delay` where people wait for it.

        It must not move on before what it holds is done: after a failure it is called again, and starts where it was.
        """
        if name in self._tasks:
            raise ValueError(f"{name} was started already.")
        self._tasks[name] = _Task(
            asyncio.get_running_loop().create_task(self._keep(name, work, hangs_after, longest_delay), name=name), stop
        )

    async def close(self, seconds: float | None = STOP_SECONDS) -> None:
        """End every task. Those that can end by themselves have this long to do so; None waits for them."""
        self._stopping.set()
        ending = [task.running for task in self._tasks.values() if task.stop is not None]
        for task in self._tasks.values():
            if task.stop is not None:
                task.stop()
        if ending:
            await asyncio.wait(ending, timeout=seconds)
        running = [task.running for task in self._tasks.values()]
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        self._tasks.clear()
        self._down.clear()

    async def _keep(self, name: str, work: Work, hangs_after: float | None, longest_delay: float | None) -> None:
        delay, loop = FIRST_DELAY, asyncio.get_running_loop()
        longest = LONGEST_DELAY if longest_delay is None else longest_delay
        while not self._stopping.is_set():
            try:
                async with asyncio.timeout(hangs_after) as limit:

                    def alive(limit: asyncio.Timeout = limit) -> None:
                        nonlocal delay
                        delay = FIRST_DELAY
                        if hangs_after is not None:
                            limit.reschedule(loop.time() + hangs_after)
                        if name in self._down:
                            self._down.discard(name)
                            log.info("background_works_again", task=name)

                    await work(alive)
                if self._stopping.is_set():
                    return
                _log_failure(name, None, delay)
            except Exception as error:  # noqa: BLE001 - a task outlives whatever its work raises
                _log_failure(name, error, delay)
            self._down.add(name)
            self.restarts[name] += 1
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(delay):
                    await self._stopping.wait()
            delay = min(delay * 2, longest)


def once(name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Something short to do in the background once: a failure is logged, and nothing is repeated."""

    async def logged() -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 - nobody waits for it, so nobody else would notice
            _log_failure(name, error, None)

    return asyncio.get_running_loop().create_task(logged(), name=name)


async def watchdog(alive: Alive) -> None:
    """End this process if its event loop hangs; also where Python itself does not run, as in a long call of a C library."""
    try:
        while True:
            faulthandler.dump_traceback_later(WATCHDOG_SECONDS, exit=True)
            alive()
            await asyncio.sleep(WATCH_SECONDS)
    finally:
        faulthandler.cancel_dump_traceback_later()


def _log_failure(name: str, error: Exception | None, delay: float | None) -> None:
    if error is None or isinstance(error, EXPECTED):
        log.warning("background_interrupted", task=name, reason="ended" if error is None else type(error).__name__, retry_seconds=delay)
    else:
        log.error("background_failed", task=name, retry_seconds=delay, exc_info=error)
