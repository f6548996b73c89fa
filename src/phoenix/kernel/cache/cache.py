"""Cached reads: this process's memory, then Valkey, then the query. After an acknowledged write, never an old value."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from phoenix.kernel.cache.generations import Generations, MachineGenerations
from phoenix.kernel.cache.keys import Key
from phoenix.kernel.cache.valkey import Valkey

T = TypeVar("T")

KEEP_SECONDS = 60.0
# Entries whose generations are asked for together.
MOST_ASKED = 200
REFILL_LOCK_SECONDS = 2.0
REFILL_WAIT_SECONDS = 0.02


class CachedValue(Struct):
    """A value with the keys it depends on, and their generations when it was read."""

    keys: tuple[str, ...]
    generations: tuple[int, ...]
    value: Any
    until: float
    slots: tuple[int, ...] | None = None


class Stored(Struct, array_like=True):
    """An entry as it is stored in Valkey."""

    keys: tuple[str, ...]
    generations: tuple[int, ...]
    value: bytes


class Watch:
    """Records the keys that a value depends on, *before* the value is read."""

    def __init__(self, generations: Generations) -> None:
        self._generations = generations
        self.keys: list[str] = []
        self.seen: list[int] = []
        self._unsettled: list[str] = []

    async def on(self, *keys: Key) -> None:
        """Declare that the value depends on these keys. Call this before reading the data they stand for."""
        found = await self._generations.read(keys)
        if found is None:
            self._unsettled.extend(keys)
            return
        self.keys.extend(keys)
        self.seen.extend(found)

    @property
    def keepable(self) -> bool:
        """Whether the value can be cached: it depends on at least one key, and none of them was being written."""
        return bool(self.keys) and not self._unsettled


class Codec(Struct, frozen=True):
    """How a value becomes bytes in Valkey and back."""

    encode: Callable[[Any], bytes] = bytes
    decode: Callable[[bytes], Any] = bytes


BYTES = Codec()


class Cache:
    """The cache of one process. `hits`, `remote_hits` and `misses` count since it was created.

    `namespace` prefixes every name in Valkey: two installations that share one must not use each other's values.
    """

    def __init__(self, generations: Generations, valkey: Valkey | None, local_entries: int, namespace: str = "") -> None:
        self._namespace = namespace
        self.generations = generations
        self._valkey = valkey
        self._most = local_entries
        self._local: dict[str, CachedValue] = {}
        self._refills: dict[str, asyncio.Future[None]] = {}
        self.hits = self.remote_hits = self.misses = 0

    def entry(self, key: str) -> CachedValue | None:
        """The local entry, whose generations the caller must still compare: the hot path."""
        return self._local.get(key)

    @property
    def is_in_memory(self) -> bool:
        """Whether the generations are in this process's memory, so that `is_current` can tell."""
        return isinstance(self.generations, MachineGenerations)

    def is_current(self, entry: CachedValue) -> bool:
        """Whether an entry still counts, by the generations in this process's memory: nothing is asked, and nobody waits."""
        generations = self.generations
        if not isinstance(generations, MachineGenerations):
            return False
        if entry.slots is None:
            entry.slots = tuple(map(generations.slot, entry.keys))
        return generations.are(entry.slots, entry.generations)

    async def current_of(self, entries: Sequence[CachedValue]) -> list[CachedValue]:
        """Those entries that still count, asked for together. One that is being written does not keep the others from counting."""
        if not entries:
            return []
        found = await self.generations.read([key for entry in entries for key in entry.keys]) if len(entries) <= MOST_ASKED else None
        if found is not None:
            values = iter(found)
            return [entry for entry in entries if tuple(next(values) for _ in entry.keys) == entry.generations]
        if len(entries) == 1:
            return []
        middle = len(entries) // 2
        return [*await self.current_of(entries[:middle]), *await self.current_of(entries[middle:])]

    async def peek(self, key: str) -> Any | None:
        """The value in this process's memory if it is still valid, else None. Never makes a query."""
        entry = self._local.get(key)
        if entry is None or entry.until < time.monotonic():
            return None
        if await self.generations.read(entry.keys) != entry.generations:
            return None
        self.hits += 1
        return entry.value

    async def read(self, key: str, refill: Callable[[Watch], Awaitable[T]], *, codec: Codec = BYTES, keep: float = KEEP_SECONDS) -> T:
        """The value of `key`, from memory, from Valkey or from `refill`. Only one refill of a key runs at a time.

        `keep` is in seconds and only limits the use of memory: a value becomes stale when a generation is touched.
        """
        while True:
            found = await self.peek(key)
            if found is not None:
                return found  # type: ignore[no-any-return]
            running = self._refills.get(key)
            if running is None:
                break
            # Its result is valid only if it was read after every write acknowledged so far: `peek` decides.
            await asyncio.wait([running])
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._refills[key] = done
        try:
            return await self._refill(key, refill, codec, keep)
        finally:
            del self._refills[key]
            done.set_result(None)

    async def _refill(self, key: str, refill: Callable[[Watch], Awaitable[T]], codec: Codec, keep: float) -> T:
        remote = await self._from_valkey(key, codec, keep)
        if remote is not None:
            return remote  # type: ignore[no-any-return]
        remote = await self._wait_for_turn(key, codec, keep)
        if remote is not None:
            return remote  # type: ignore[no-any-return]
        self.misses += 1
        watch = Watch(self.generations)
        try:
            value = await refill(watch)
            if watch.keepable:
                keys, seen = tuple(watch.keys), tuple(watch.seen)
                self._keep(key, CachedValue(keys, seen, value, time.monotonic() + keep))
                if self._valkey is not None:
                    stored = msgspec.msgpack.encode(Stored(keys, seen, codec.encode(value)))
                    await self._valkey.set(self._name("value", key), stored, seconds=keep)
        finally:
            if self._valkey is not None:
                await self._valkey.delete(self._name("refill", key))
        return value

    async def _wait_for_turn(self, key: str, codec: Codec, keep: float) -> Any | None:
        """Wait until this process can refill, or another one has. Returns what the other one stored."""
        turns = int(REFILL_LOCK_SECONDS / REFILL_WAIT_SECONDS)
        for _turn in range(turns):
            if self._valkey is None or not self._valkey.reachable:
                return None
            if await self._valkey.set(self._name("refill", key), b"", seconds=REFILL_LOCK_SECONDS, only_new=True):
                # The previous holder of the lock may have stored it between our look-up and our getting the lock.
                remote = await self._from_valkey(key, codec, keep)
                if remote is not None:
                    await self._valkey.delete(self._name("refill", key))
                return remote
            await asyncio.sleep(REFILL_WAIT_SECONDS)
            remote = await self._from_valkey(key, codec, keep)
            if remote is not None:
                return remote
        return None

    async def _from_valkey(self, key: str, codec: Codec, keep: float) -> Any | None:
        if self._valkey is None:
            return None
        raw = await self._valkey.get(self._name("value", key))
        if raw is None:
            return None
        try:
            stored = msgspec.msgpack.decode(raw, type=Stored)
            value = codec.decode(stored.value)
        except msgspec.MsgspecError:
            # Written by a different version of Phoenix.
            return None
        if await self.generations.read(stored.keys) != stored.generations:
            return None
        self.remote_hits += 1
        self._keep(key, CachedValue(stored.keys, stored.generations, value, time.monotonic() + keep))
        return value

    def _name(self, what: str, key: str) -> str:
        return f"{what}:{self._namespace}:{key}"

    def _keep(self, key: str, entry: CachedValue) -> None:
        self._local.pop(key, None)
        self._local[key] = entry
        while len(self._local) > self._most:
            del self._local[next(iter(self._local))]
