"""What the cache counts, keeps and waits for, and the files and locks behind its generations."""

from __future__ import annotations

import asyncio
import fcntl
import gc
import os
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from phoenix.kernel.cache import cache as cache_module
from phoenix.kernel.cache import generations as generations_module
from phoenix.kernel.cache.cache import Cache, Stored, Watch
from phoenix.kernel.cache.generations import IN_FLIGHT, IN_FLIGHT_SECONDS, MachineGenerations
from phoenix.kernel.cache.keys import Key
from phoenix.kernel.cache.marks import FREE, Marks
from phoenix.kernel.cache.valkey import Valkey

ONE, OTHER = Key("thing:1"), Key("thing:2")
SECOND = 10**9


def refill_of(value: bytes, *keys: Key, calls: list[bytes] | None = None) -> Callable[[Watch], Awaitable[bytes]]:
    async def refill(watch: Watch) -> bytes:
        await watch.on(*keys)
        if calls is not None:
            calls.append(value)
        return value

    return refill


async def make_stale(cache: Cache, *keys: Key) -> None:
    await cache.generations.settle(keys, await cache.generations.begin(keys))


def test_hits_and_misses_are_counted_by_layer(tmp_path: Path, valkey: str) -> None:
    async def run() -> None:
        remote, name = Valkey(valkey), f"counted {tmp_path}"
        here, there = (Cache(MachineGenerations(tmp_path / "generations"), remote, 10) for _ in range(2))

        def counts(cache: Cache) -> tuple[int, int, int]:
            return cache.hits, cache.remote_hits, cache.misses

        assert counts(here) == (0, 0, 0)
        for expected in ((0, 0, 1), (1, 0, 1), (2, 0, 1)):
            assert await here.read(name, refill_of(b"1", ONE)) == b"1"
            assert counts(here) == expected
        # What another process stored is read once from Valkey, then from memory.
        for expected in ((0, 1, 0), (1, 1, 0)):
            assert await there.read(name, refill_of(b"2", ONE)) == b"1"
            assert counts(there) == expected
        await remote.close()

    asyncio.run(run())


def test_a_value_that_depends_on_nothing_or_on_a_pending_write_is_not_cached(tmp_path: Path) -> None:
    async def run() -> None:
        cache = Cache(MachineGenerations(tmp_path / "generations"), None, 10)
        await cache.read("nothing", refill_of(b"1"))
        mark = await cache.generations.begin([OTHER])

        async def both(watch: Watch) -> bytes:
            await watch.on(ONE)
            await watch.on(OTHER)
            return b"1"

        await cache.read("both", both)
        await cache.generations.settle([OTHER], mark)
        assert (cache.entry("nothing"), cache.entry("both")) == (None, None)
        await cache.read("both", both)
        assert cache.entry("both") is not None

    asyncio.run(run())


def test_a_value_read_again_becomes_the_most_recent(tmp_path: Path) -> None:
    async def run() -> None:
        cache = Cache(MachineGenerations(tmp_path / "generations"), None, 2)
        for name in ("a", "b"):
            await cache.read(name, refill_of(b"1", ONE))
        await make_stale(cache, ONE)
        for name in ("a", "c"):
            await cache.read(name, refill_of(b"1", ONE))
        assert [name for name in "abc" if cache.entry(name)] == ["a", "c"]

    asyncio.run(run())


def test_a_value_stored_just_before_our_turn_is_used(tmp_path: Path, valkey: str) -> None:
    """Another process refills the value after we looked and before it is our turn."""
    name, calls = f"turn {tmp_path}", list[bytes]()

    async def run() -> None:
        remote = Valkey(valkey)
        other = Cache(MachineGenerations(tmp_path / "generations"), remote, 10)

        class Late(Valkey):
            async def set(self, key: str, value: bytes, *, seconds: float | None = None, only_new: bool = False) -> bool:
                if only_new:
                    await other.read(name, refill_of(b"theirs", ONE))
                return await super().set(key, value, seconds=seconds, only_new=only_new)

        late = Late(valkey)
        ours = Cache(MachineGenerations(tmp_path / "generations"), late, 10)
        assert await ours.read(name, refill_of(b"ours", ONE, calls=calls)) == b"theirs"
        assert calls == []
        assert await remote.set(ours._name("refill", name), b"", only_new=True), "the refill lock is released"
        await late.close()
        await remote.close()

    asyncio.run(run())


def test_a_reader_that_waited_uses_the_value_that_the_other_stored(tmp_path: Path, valkey: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, calls, slept = f"waits {tmp_path}", list[bytes](), list[float]()

    async def run() -> None:
        remote = Valkey(valkey)
        cache = Cache(MachineGenerations(tmp_path / "generations"), remote, 10)
        generations = await cache.generations.read([ONE])
        assert generations is not None
        stored = msgspec.msgpack.encode(Stored((ONE,), generations, b"theirs"))
        await remote.set(cache._name("refill", name), b"", seconds=600)

        async def store(seconds: float) -> None:
            slept.append(seconds)
            await remote.set(cache._name("value", name), stored, seconds=60)

        monkeypatch.setattr(asyncio, "sleep", store)
        assert await cache.read(name, refill_of(b"ours", ONE, calls=calls)) == b"theirs"
        assert (calls, slept) == ([], [cache_module.REFILL_WAIT_SECONDS])
        await remote.close()

    asyncio.run(run())


def test_waits_for_a_refill_are_short_and_values_expire_in_a_minute() -> None:
    assert cache_module.KEEP_SECONDS == 60, "as the documentation says of machines that cannot reach Valkey"
    assert cache_module.REFILL_LOCK_SECONDS <= 2
    assert 0 < cache_module.REFILL_WAIT_SECONDS <= 0.05


def test_generation_files_are_private_and_the_only_files_left(tmp_path: Path) -> None:
    folder = tmp_path / "run" / "deeper"
    for _ in range(2):
        MachineGenerations(folder / "generations")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {"generations": 0o600, "generations.marks": 0o600}


def test_discarded_generations_leave_no_file_open(tmp_path: Path) -> None:
    def open_files() -> int:
        gc.collect()
        return len(list(Path("/dev/fd").iterdir()))

    MachineGenerations(tmp_path / "generations")
    before = open_files()
    for _ in range(5):
        MachineGenerations(tmp_path / "generations")
    assert open_files() == before


def test_reading_without_pending_writes_reads_only_the_slots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generations = MachineGenerations(tmp_path / "generations")

    def refuse(*_: Any) -> Any:
        raise AssertionError("the marks were looked at")

    monkeypatch.setattr(generations, "_without_the_dead", refuse)
    monkeypatch.setattr(Marks, "alone", refuse)
    assert asyncio.run(generations.read([ONE, OTHER])) is not None


@pytest.mark.parametrize(("seconds", "believed"), [(IN_FLIGHT_SECONDS - 1, False), (IN_FLIGHT_SECONDS + 1, True)])
def test_a_mark_is_valid_for_its_lease(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: int, believed: bool) -> None:
    async def run() -> None:
        generations = MachineGenerations(tmp_path / "generations")
        before = await generations.read([ONE, OTHER])
        await generations.begin([ONE])
        await make_stale(Cache(generations, None, 1), OTHER)
        now = generations_module.time.time_ns()  # type: ignore[attr-defined]
        monkeypatch.setattr("time.time_ns", lambda: now + seconds * SECOND)
        found = await generations.read([OTHER, ONE])
        monkeypatch.undo()
        assert (found is not None) is believed
        if found is not None:
            assert not any(value & IN_FLIGHT for value in found), "it is a generation, not a mark"
            assert found == await generations.read([OTHER, ONE])
            assert before is not None
            assert not set(found) & set(before)

    asyncio.run(run())


def test_marks_are_removed_by_their_writer_or_expire(tmp_path: Path) -> None:
    marks = Marks(tmp_path / "marks", 4)
    marks.add(1, 101, 0)
    marks.add(1, 103, 0)
    assert marks.remove(2, 101, 0) == FREE == 0
    assert marks.remove(1, 99, 0) == 103, "this mark is not in the file"
    assert marks.remove(1, 103, 0) == 101
    assert marks.remove(1, 99, 101) == FREE, "a mark as old as the oldest is expired"
    marks.add(1, 201, 101)
    assert marks.remove(1, 99, 0) == 201, "it reuses the lane of an expired mark"
    assert marks.remove(1, 201, 0) == FREE


def test_two_writers_with_equal_marks_are_counted_separately(tmp_path: Path) -> None:
    marks = Marks(tmp_path / "marks", 4)
    for _ in range(2):
        marks.add(1, 101, 0)
    assert marks.remove(1, 101, 0) == 101
    assert marks.remove(1, 101, 0) == FREE


def test_only_one_process_at_a_time_holds_the_lock_on_the_marks(tmp_path: Path) -> None:
    marks, other = Marks(tmp_path / "marks", 4), os.open(tmp_path / "marks", os.O_RDWR | os.O_CREAT)
    try:
        with marks.alone(), pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(other)
