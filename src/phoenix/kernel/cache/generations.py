"""Generations: a number per key that changes with every write the key stands for.

A cached value remembers the generations it was read under and is valid only while all of them are unchanged. So a late
refill, made from rows read before a write, can never be used after that write.

On one machine the numbers are in a small file mapped into every process: a look-up costs a microsecond, and all processes
see a writer's mark before its write is acknowledged. With several machines they are in Valkey.
"""

from __future__ import annotations

import asyncio
import contextlib
import mmap
import os
import secrets
import sys
import time
import zlib
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Protocol

import structlog

from phoenix.kernel.background import once
from phoenix.kernel.cache.marks import Marks
from phoenix.kernel.cache.valkey import Valkey, script
from phoenix.kernel.errors import Unavailable

log = structlog.get_logger(__name__)

# A key in flight longer than this belongs to a writer that died. A mark stands from just before COMMIT until after it, and must
# outlast every COMMIT that can still land: a process that hangs in between is cut off by PostgreSQL after 30 s
# (idle_in_transaction_session_timeout), and COMMIT itself is given up 5 s after PHOENIX_STATEMENT_TIMEOUT, 15 s by default and 40 s at most.
# If this were shorter, readers would use the cache while a slow commit lands; longer only costs cache hits after a crash.
IN_FLIGHT_SECONDS = 45
IN_FLIGHT = 1
SLOTS = 1 << 16
SETTLE_AGAIN_SECONDS = 0.2


class CacheUnreachable(Unavailable):
    """Several machines share a cache that does not take the mark of a change."""

    code = "cache_unreachable"
    sentence = "The cache that all hosts share is not responding. Nothing was changed. Try again in a few seconds."


class Generations(Protocol):
    """Where generations are stored."""

    async def read(self, keys: Sequence[str]) -> tuple[int, ...] | None:
        """The generation of each key; None while one of them is being written or is unknown."""

    async def begin(self, keys: Collection[str]) -> int:
        """Mark these keys before a transaction that changes them commits: readers then bypass the cache. Returns the mark, for `settle`."""

    async def settle(self, keys: Collection[str], mark: int) -> None:
        """The transaction has ended: give the keys new generations, except those that other transactions are still writing."""


class MachineGenerations:
    """Generations of one machine, in a file mapped into each of its processes.

    Keys share 65,536 slots by checksum; a collision only makes a value stale too early. A slot holds nanoseconds since
    1970 shifted by one, with the lowest bit set while a write is in flight. Each is read and written as one aligned
    eight-byte access, which is atomic on the processors Phoenix runs on.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        _make_file(path)
        handle = os.open(path, os.O_RDWR)
        try:
            self._slots = memoryview(mmap.mmap(handle, SLOTS * 8)).cast("Q")
        finally:
            os.close(handle)
        self._marks = Marks(path.with_name(f"{path.name}.marks"), SLOTS)

    @staticmethod
    def slot(key: str) -> int:
        return zlib.crc32(key.encode()) & (SLOTS - 1)

    def current(self, slots: Sequence[int]) -> tuple[int, ...] | None:
        """Like `read`, for slots that are already known: the hot path."""
        values = self._slots
        found = tuple(values[slot] for slot in slots)
        for value in found:
            if value & IN_FLIGHT:
                return self._without_the_dead(slots)
        return found

    def are(self, slots: tuple[int, ...], generations: tuple[int, ...]) -> bool:
        """Whether slots still have these generations, which none with a mark does: hotter still, for thousands of sockets twice a second."""
        return tuple(map(self._slots.__getitem__, slots)) == generations

    async def read(self, keys: Sequence[str]) -> tuple[int, ...] | None:
        return self.current([self.slot(key) for key in keys])

    async def begin(self, keys: Collection[str]) -> int:
        mark, oldest = _new_generation() | IN_FLIGHT, _oldest()
        with self._marks.alone():
            for slot in set(map(self.slot, keys)):
                self._marks.add(slot, mark, oldest)
                self._slots[slot] = mark
        return mark

    async def settle(self, keys: Collection[str], mark: int) -> None:
        oldest = _oldest()
        with self._marks.alone():
            for slot in set(map(self.slot, keys)):
                # When two writers mark one slot, the first to settle must not clear the other's mark. Otherwise a value cached then
                # would be stale once the other one commits, and would stay so until it expires if that writer dies there. The newest
                # mark stays, so the slot is released when the last lease ends.
                self._slots[slot] = self._marks.remove(slot, mark, oldest) or _new_generation()

    def _without_the_dead(self, slots: Sequence[int]) -> tuple[int, ...] | None:
        # Marks compare by time although the lowest bit is set: a slot is (nanoseconds << 1) | mark, so the bit weighs half a
        # nanosecond. A process that finds a dead writer's mark gives the slot a *new* generation instead of clearing the bit: the
        # write may have been committed before its process died. The slot is read again under the lock, or a mark made in between
        # would be lost.
        oldest = _oldest()
        if any(self._slots[slot] & IN_FLIGHT and self._slots[slot] > oldest for slot in slots):
            return None
        with self._marks.alone():
            for slot in slots:
                value = self._slots[slot]
                if value & IN_FLIGHT:
                    if value > oldest:
                        return None
                    self._slots[slot] = _new_generation()
        return tuple(self._slots[slot] for slot in slots)


class ValkeyGenerations:
    """Generations shared by several machines, in Valkey. While it cannot be reached, no cached value is used and nothing is written:
    the other machines would not know that what they have cached is stale.
    """

    # Reading and creating a missing generation is one step. In two, two readers would create different ones and each reject what
    # the other stored. A missing one is created from the current time: newer than any that was lost, so nothing cached under
    # those becomes valid again. A mark expires after IN_FLIGHT_SECONDS; then this creates a new one, as for a writer that died.
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

    # The marks of a key are the members of a sorted set, with the end of each lease as the score. The generation stays odd while one
    # of them is left, and no longer than its lease, so a read only needs the generation. The time is Valkey's, since the
    # machines' clocks differ. These are scripts because two writers working in several steps could each see half of the
    # other's changes.
    _BEGIN = script("""
        local time = redis.call('TIME')
        local now, lease = time[1] * 1000 + math.floor(time[2] / 1000), tonumber(ARGV[2])
        for i = 1, #KEYS, 2 do
            redis.call('SET', KEYS[i], ARGV[1], 'PX', lease)
            redis.call('ZREMRANGEBYSCORE', KEYS[i + 1], '-inf', now)
            redis.call('ZADD', KEYS[i + 1], now + lease, ARGV[1])
            redis.call('PEXPIRE', KEYS[i + 1], lease)
        end
        return 1
    """)
    _SETTLE = script("""
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        for i = 1, #KEYS, 2 do
            redis.call('ZREM', KEYS[i + 1], ARGV[1])
            redis.call('ZREMRANGEBYSCORE', KEYS[i + 1], '-inf', now)
            local left = redis.call('ZRANGE', KEYS[i + 1], -1, -1, 'WITHSCORES')
            if left[1] then
                redis.call('SET', KEYS[i], left[1], 'PX', tonumber(left[2]) - now)
            else
                redis.call('SET', KEYS[i], ARGV[2])
            end
        end
        return 1
    """)

    def __init__(self, valkey: Valkey) -> None:
        self._valkey = valkey

    async def read(self, keys: Sequence[str]) -> tuple[int, ...] | None:
        found = await self._valkey.run(self._READ, [f"generation:{key}" for key in keys], [str(_new_generation())])
        if not isinstance(found, list):
            return None
        values = tuple(int(value) for value in found)
        return None if any(value & IN_FLIGHT for value in values) else values

    async def begin(self, keys: Collection[str]) -> int:
        # Random, not the time: two machines can mark in the same nanosecond, and their marks must differ.
        mark = secrets.randbits(63) | IN_FLIGHT
        if await self._valkey.run(self._BEGIN, _names(keys), [str(mark), str(int(IN_FLIGHT_SECONDS * 1000))]) != 1:
            raise CacheUnreachable
        return mark

    async def settle(self, keys: Collection[str], mark: int) -> None:
        if not await self._settled(keys, mark):
            once("settle generations", self._settle_later(list(keys), mark))

    async def _settled(self, keys: Collection[str], mark: int) -> bool:
        return bool(await self._valkey.run(self._SETTLE, _names(keys), [str(mark), str(_new_generation())]) == 1)

    async def _settle_later(self, keys: Collection[str], mark: int) -> None:
        """The commit is done. Until this succeeds its mark stands, and nothing cached is used; a cache that restarted has lost the mark."""
        log.warning("generations_unsettled", keys=len(keys))
        until = time.monotonic() + IN_FLIGHT_SECONDS
        while not await self._settled(keys, mark):
            if time.monotonic() > until:
                raise CacheUnreachable
            await asyncio.sleep(SETTLE_AGAIN_SECONDS)


def _names(keys: Collection[str]) -> list[str]:
    """For each key in turn, the names of its generation and of its marks."""
    return [f"{what}:{key}" for key in keys for what in ("generation", "marks")]


def _make_file(path: Path) -> None:
    """Every slot starts with a generation from the current time, so that nothing cached before the file was lost is valid again."""
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


def _oldest() -> int:
    """A mark as old as this, or older, belongs to a writer that died."""
    return (time.time_ns() - int(IN_FLIGHT_SECONDS * 10**9)) << 1
