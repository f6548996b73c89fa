"""Generations: a number per key that changes with every write the key stands for.

A cached value remembers the generations it was read under. It counts only while they are all unchanged, so a late
refill, made from rows read before a write, can never be believed after it.

On one machine the numbers live in a small file mapped into every process: looking costs a microsecond, and a writer's
mark is seen by all processes before its write is acknowledged. Over several machines they live in Valkey.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import sys
import time
import zlib
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Protocol

from phoenix.kernel.cache.valkey import Valkey, script

# A key in flight longer than this belongs to a writer that died. A mark stands from just before COMMIT until after it, and must
# outlast every COMMIT that can still land: a process that hangs in between is cut off by PostgreSQL after 30 s
# (idle_in_transaction_session_timeout), and COMMIT itself is given up 5 s after PHOENIX_STATEMENT_TIMEOUT, 15 s by default and 40 s at most.
# Shorter, and readers would believe the cache while a slow commit lands; longer only costs cache hits after a crash.
IN_FLIGHT_SECONDS = 45
IN_FLIGHT = 1
SLOTS = 1 << 16


class Generations(Protocol):
    """Where generations live."""

    async def read(self, keys: Sequence[str]) -> tuple[int, ...] | None:
        """The generation of each key, or None while one of them is being written or cannot be known."""

    async def begin(self, keys: Collection[str]) -> None:
        """A transaction that changes these keys is about to commit: readers must not believe the cache."""

    async def settle(self, keys: Collection[str]) -> None:
        """That transaction has ended: the keys get new generations."""


class MachineGenerations:
    """Generations of one machine, in a file mapped into every process of it.

    Keys share 65,536 slots by checksum; a collision only makes a value stale too early. A slot holds nanoseconds since
    1970 shifted by one, with the lowest bit set while a write is in flight. Each is read and written as one aligned
    eight-byte access, which is atomic on the processors Phoenix runs on.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        _make_file(path)
        handle = os.open(path, os.O_RDWR)
        try:
            self._map = mmap.mmap(handle, SLOTS * 8)
        finally:
            os.close(handle)
        self._slots = memoryview(self._map).cast("Q")

    @staticmethod
    def slot(key: str) -> int:
        return zlib.crc32(key.encode()) & (SLOTS - 1)

    def current(self, slots: Sequence[int]) -> tuple[int, ...] | None:
        """As `read`, of slots already worked out: the hot path."""
        values = self._slots
        found = tuple(values[slot] for slot in slots)
        for value in found:
            if value & IN_FLIGHT:
                return self._without_the_dead(slots)
        return found

    async def read(self, keys: Sequence[str]) -> tuple[int, ...] | None:
        return self.current([self.slot(key) for key in keys])

    async def begin(self, keys: Collection[str]) -> None:
        # Two writers may mark one slot at once, and the first to settle clears the other's mark. What is kept then is old from
        # the other's commit until it settles, which is before it answers. If that process dies just there, it is old until
        # the value expires: the price of a bit instead of a count, which a dead writer would leave wrong for ever.
        mark = _new_generation() | IN_FLIGHT
        for key in keys:
            self._slots[self.slot(key)] = mark

    async def settle(self, keys: Collection[str]) -> None:
        generation = _new_generation()
        for key in keys:
            self._slots[self.slot(key)] = generation

    def close(self) -> None:
        self._slots.release()
        self._map.close()

    def _without_the_dead(self, slots: Sequence[int]) -> tuple[int, ...] | None:
        # Marks compare by time although the lowest bit is set: a slot is (nanoseconds << 1) | mark, so the bit weighs half a
        # nanosecond. A process that finds a dead writer's mark gives the slot a *new* generation instead of clearing the bit: the
        # write may have been committed before its process died. Two processes doing so at once only make a value stale twice.
        oldest = (time.time_ns() - IN_FLIGHT_SECONDS * 10**9) << 1
        for slot in slots:
            value = self._slots[slot]
            if value & IN_FLIGHT:
                if value > oldest:
                    return None
                self._slots[slot] = _new_generation()
        return tuple(self._slots[slot] for slot in slots)


class ValkeyGenerations:
    """Generations shared by several machines, in Valkey. While it cannot be reached nothing cached is believed.

    A writer that cannot reach it still commits; other machines may then show what they cached for as long as the value
    was kept for, a minute at most.
    """

    # Reading and making a missing generation are one step, or two readers would make different ones and each refuse what the
    # other stored. A missing one is made from the time now: newer than any that was lost, so nothing cached under those
    # counts again. A mark expires by itself after IN_FLIGHT_SECONDS; then this makes a new one, as for a writer that died.
    _READ = script("""
        local found = {}
        for i, key in ipairs(KEYS) do
            local value = redis.call('GET', key)
            if not value then
                value = ARGV[1]
                redis.call('SET', key, value)
            end
            found[i] = value
        end
        return found
    """)

    def __init__(self, valkey: Valkey) -> None:
        self._valkey = valkey

    async def read(self, keys: Sequence[str]) -> tuple[int, ...] | None:
        found = await self._valkey.run(self._READ, [f"generation:{key}" for key in keys], [str(_new_generation())])
        if not isinstance(found, list):
            return None
        values = tuple(int(value) for value in found)
        return None if any(value & IN_FLIGHT for value in values) else values

    async def begin(self, keys: Collection[str]) -> None:
        mark = _new_generation() | IN_FLIGHT
        for key in keys:
            await self._valkey.set(f"generation:{key}", str(mark).encode(), seconds=IN_FLIGHT_SECONDS)

    async def settle(self, keys: Collection[str]) -> None:
        generation = _new_generation()
        for key in keys:
            await self._valkey.set(f"generation:{key}", str(generation).encode())


def _make_file(path: Path) -> None:
    """Every slot starts with a generation of its own time, so that nothing cached before the file was lost counts again."""
    if path.exists():
        return
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_bytes(_new_generation().to_bytes(8, sys.byteorder) * SLOTS)
    with contextlib.suppress(FileExistsError):
        path.hardlink_to(fresh)
    fresh.unlink()


def _new_generation() -> int:
    return time.time_ns() << 1
