"""A bound for what unfinished messages on the public port can take: the web server puts each together, up to 64 MB, before anyone here sees it.

So what is seen is the process: while it grows fast, all websockets that are handed on are closed. Their clients connect again, and whoever
sends what never ends has to begin again. The port of the sockets has a bound for each message instead.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

import structlog

from phoenix.kernel.background import once

log = structlog.get_logger(__name__)

LOOK_SECONDS = 0.1
# So much more than at any time in the last seconds, in bytes.
MOST_GROWTH, WITHIN_SECONDS = 128 * 1024 * 1024, 5.0
_STATM, _PAGE = Path("/proc/self/statm"), os.sysconf("SC_PAGE_SIZE")


def resident() -> int:
    """The memory of this process, in bytes; 0 where the system does not say."""
    try:
        return int(_STATM.read_bytes().split()[1]) * _PAGE
    except OSError:
        return 0


class Growth:
    """Looks at this process while anything is held. `memory` says how many bytes it has."""

    def __init__(self, memory: Callable[[], int] = resident, now: Callable[[], float] = time.monotonic) -> None:
        self._memory = memory
        self._now = now
        self._held: set[asyncio.Event] = set()
        self._seen: deque[tuple[float, int]] = deque()
        self._watching: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def holding(self) -> Iterator[asyncio.Event]:
        """What is set once it is too much."""
        too_much = asyncio.Event()
        self._held.add(too_much)
        if self._watching is None:
            self._watching = once("growth of the process", self._watch())
        try:
            yield too_much
        finally:
            self._held.discard(too_much)

    def look(self) -> None:
        """Compare the memory with the least in the last seconds."""
        now, bytes_ = self._now(), self._memory()
        while self._seen and self._seen[0][0] < now - WITHIN_SECONDS:
            self._seen.popleft()
        self._seen.append((now, bytes_))
        grown = bytes_ - min(seen for _at, seen in self._seen)
        if grown > MOST_GROWTH and self._held:
            log.warning("relayed_sockets_closed", count=len(self._held), grown=grown)
            for too_much in self._held:
                too_much.set()
            self._seen.clear()

    async def _watch(self) -> None:
        while self._held:
            self.look()
            await asyncio.sleep(LOOK_SECONDS)
        self._seen.clear()
        self._watching = None
