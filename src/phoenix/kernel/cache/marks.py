"""Marks: for each slot of a machine's generations, the writers that have marked it and not yet settled.

A slot says that someone is writing, but not how many. So each writer's mark has its own lane here, and a slot is
settled when its last valid mark is removed. A mark is a lease: one that a dead writer left behind expires, whereas
a counter would stay wrong for ever.
"""

from __future__ import annotations

import contextlib
import fcntl
import mmap
import os
import weakref
from collections.abc import Iterator
from pathlib import Path

# How many writers can commit on one slot at the same time and still be told apart. The file is sparse: 16 MiB in size, but on
# disk only one page for every eight slots that were ever written.
LANES = 32
FREE = 0


class Marks:
    """The lanes of every slot, in a file mapped into every process. Only writers use it; call the methods within `alone`."""

    def __init__(self, path: Path, slots: int) -> None:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        # Stays open for the lock. Each process opens the file itself: a lock belongs to the open file, and is released if the process dies.
        self._handle = handle
        weakref.finalize(self, os.close, handle)
        os.ftruncate(handle, slots * LANES * 8)
        self._lanes = memoryview(mmap.mmap(handle, slots * LANES * 8)).cast("Q")

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Exclude every other writer on this machine. Held for microseconds, and never across an await."""
        fcntl.flock(self._handle, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._handle, fcntl.LOCK_UN)

    def add(self, slot: int, mark: int, oldest: int) -> None:
        """Add a writer's mark. A lane is free when its mark is older than `oldest`: its writer is dead."""
        first = slot * LANES
        for lane, found in enumerate(self._lanes[first : first + LANES], first):
            if found <= oldest:
                self._lanes[lane] = mark
                return
        # No lane is left. One is overwritten: no writer finds its own mark there, so the mark expires instead of being removed.
        # Until then the slot is not used, which only costs cache hits.
        self._lanes[first] = mark + 2

    def remove(self, slot: int, mark: int, oldest: int) -> int:
        """Remove a writer's mark. Returns the newest mark that is still valid, or FREE."""
        first, left, mine = slot * LANES, FREE, mark
        for lane, found in enumerate(self._lanes[first : first + LANES], first):
            if found == mine:
                # Only one lane: another writer may have made a mark in the same nanosecond.
                self._lanes[lane], mine = FREE, -1
            elif found > oldest:
                left = max(left, found)
        return left
