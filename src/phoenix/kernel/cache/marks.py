"""Marks: which writers are between their mark and their settling, for each slot of a machine's generations.

A slot alone says that someone is writing, not how many are. So each writer's mark has a lane of its own here, and a slot is
settled when the last mark that still counts has gone. A mark is a lease: what a dead writer left behind runs out by itself,
where a count would stay wrong for ever.
"""

from __future__ import annotations

import contextlib
import fcntl
import mmap
import os
import weakref
from collections.abc import Iterator
from pathlib import Path

# As many writers as can commit on one slot at the same time and all be told apart. The file is sparse: 16 MiB to look at, and on
# the disk a page for eight slots that were ever written.
LANES = 32
FREE = 0


class Marks:
    """The lanes of every slot, in a file mapped into every process. Only writers look here; call the methods in `alone`."""

    def __init__(self, path: Path, slots: int) -> None:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        # Kept open for the lock. Each process opens its own: a lock belongs to the opening, and goes with a process that dies.
        self._handle = handle
        weakref.finalize(self, os.close, handle)
        os.ftruncate(handle, slots * LANES * 8)
        self._lanes = memoryview(mmap.mmap(handle, slots * LANES * 8)).cast("Q")

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """No other writer of this machine is in here. Held for microseconds, and never across an await."""
        fcntl.flock(self._handle, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._handle, fcntl.LOCK_UN)

    def add(self, slot: int, mark: int, oldest: int) -> None:
        """Note a writer's mark. A lane is free when its mark is older than `oldest`: its writer is dead."""
        first = slot * LANES
        for lane, found in enumerate(self._lanes[first : first + LANES], first):
            if found <= oldest:
                self._lanes[lane] = mark
                return
        # No lane is left. One becomes nobody's: no writer finds its own mark there, so it runs out instead of being taken away.
        # Until then the slot is not believed, which costs cache hits and nothing else.
        self._lanes[first] = mark + 2

    def remove(self, slot: int, mark: int, oldest: int) -> int:
        """Take a writer's mark away; the newest of those that still count, or FREE."""
        first, left, mine = slot * LANES, FREE, mark
        for lane, found in enumerate(self._lanes[first : first + LANES], first):
            if found == mine:
                # One lane only: another writer may have marked in the same nanosecond.
                self._lanes[lane], mine = FREE, -1
            elif found > oldest:
                left = max(left, found)
        return left
