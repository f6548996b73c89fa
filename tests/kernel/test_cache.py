"""D3: no stale value after an acknowledged write, one refill at a time, and slower but correct without Valkey."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.harness import Harness
from tests.waiting import until

from phoenix.kernel.cache import cache as cache_module
from phoenix.kernel.cache import generations as generations_module
from phoenix.kernel.cache.cache import Cache, CachedValue, Watch
from phoenix.kernel.cache.generations import MachineGenerations, ValkeyGenerations
from phoenix.kernel.cache.keys import Key
from phoenix.kernel.cache.valkey import Valkey
from phoenix.settings import Settings

KEY, DEPENDS = "value", Key("thing:1")


class Store:
    """The source behind a cache: one value, which can be slow to read."""

    def __init__(self) -> None:
        self.value = b"old"
        self.reads = 0
        self.was_read = asyncio.Event()
        self.gate: asyncio.Event | None = None

    async def refill(self, watch: Watch) -> bytes:
        await watch.on(DEPENDS)
        found = self.value
        self.reads += 1
        self.was_read.set()
        if self.gate is not None:
            await self.gate.wait()
        return found


class Turns(Valkey):
    """Counts how often a reader asked whether it may refill, and got the answer."""

    asked = 0

    async def set(self, key: str, value: bytes, *, seconds: float | None = None, only_new: bool = False) -> bool:
        answer = await super().set(key, value, seconds=seconds, only_new=only_new)
        self.asked += only_new
        return answer


def new_cache(folder: Path, valkey: Valkey | None) -> Cache:
    return Cache(MachineGenerations(folder / "generations"), valkey, 100)


async def write(cache: Cache, store: Store, value: bytes) -> None:
    mark = await cache.generations.begin([DEPENDS])
    store.value = value
    await cache.generations.settle([DEPENDS], mark)


@pytest.mark.parametrize("with_valkey", [True, False])
def test_a_late_refill_cannot_bring_back_an_old_value(tmp_path: Path, valkey: str, with_valkey: bool) -> None:
    async def run() -> None:
        remote = Valkey(valkey) if with_valkey else None
        cache, store = new_cache(tmp_path, remote), Store()
        store.gate = asyncio.Event()
        late = asyncio.create_task(cache.read(f"{tmp_path}", store.refill))
        await store.was_read.wait()
        await write(cache, store, b"new")
        store.gate.set()
        assert await late == b"old", "it was read before the write was acknowledged"
        assert await cache.read(f"{tmp_path}", store.refill) == b"new"
        if remote:
            await remote.close()

    asyncio.run(run())


def test_two_processes_see_each_others_writes_at_once(tmp_path: Path, valkey: str) -> None:
    async def run() -> None:
        remote = Valkey(valkey)
        here, there, store = new_cache(tmp_path, remote), new_cache(tmp_path, remote), Store()
        key = f"two {tmp_path}"
        assert await here.read(key, store.refill) == await there.read(key, store.refill) == b"old"
        assert store.reads == 1, "the second process found it in Valkey"
        for number in range(50):
            value = str(number).encode()
            await write(here if number % 2 else there, store, value)
            assert await here.read(key, store.refill) == value
            assert await there.read(key, store.refill) == value
        await remote.close()

    asyncio.run(run())


def test_one_refill_runs_at_a_time_however_many_readers_ask(tmp_path: Path, valkey: str) -> None:
    async def run() -> None:
        remote = Turns(valkey)
        caches, store = [new_cache(tmp_path, remote) for _ in range(3)], Store()
        store.gate = asyncio.Event()
        asking = [asyncio.create_task(cache.read(f"one {tmp_path}", store.refill)) for cache in caches for _ in range(30)]
        await until(lambda: remote.asked >= len(caches), what="each process asks whether it is its turn")
        store.gate.set()
        assert set(await asyncio.gather(*asking)) == {b"old"}
        assert store.reads == 1
        await remote.close()

    asyncio.run(run())


def test_the_cache_is_neither_read_nor_filled_during_a_write(tmp_path: Path) -> None:
    async def run() -> None:
        cache, store = new_cache(tmp_path, None), Store()
        await cache.read(KEY, store.refill)
        mark = await cache.generations.begin([DEPENDS])
        assert await cache.peek(KEY) is None
        await cache.read(KEY, store.refill)
        await cache.read(KEY, store.refill)
        assert store.reads == 3
        await cache.generations.settle([DEPENDS], mark)
        await cache.read(KEY, store.refill)
        await cache.read(KEY, store.refill)
        assert store.reads == 4

    asyncio.run(run())


def test_the_mark_of_a_writer_that_died_before_its_commit_expires(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        cache, store = new_cache(tmp_path, None), Store()
        await cache.generations.begin([DEPENDS])
        await cache.read(KEY, store.refill)
        assert await cache.peek(KEY) is None
        monkeypatch.setattr(generations_module, "IN_FLIGHT_SECONDS", 0)
        await cache.read(KEY, store.refill)
        assert await cache.peek(KEY) == b"old"

    asyncio.run(run())


def test_a_lost_generation_file_makes_everything_stale(tmp_path: Path, valkey: str) -> None:
    async def run() -> None:
        remote = Valkey(valkey)
        store, key = Store(), f"lost {tmp_path}"
        await new_cache(tmp_path / "a", remote).read(key, store.refill)
        store.value = b"new"
        assert await new_cache(tmp_path / "b", remote).read(key, store.refill) == b"new"
        await remote.close()

    asyncio.run(run())


def test_several_machines_share_generations_through_valkey(tmp_path: Path, valkey: str) -> None:
    async def run() -> None:
        remote = Valkey(valkey)
        here, there = (Cache(ValkeyGenerations(remote), remote, 100) for _ in range(2))
        store, key = Store(), f"many {tmp_path}"
        assert await here.read(key, store.refill) == await there.read(key, store.refill) == b"old"
        await write(here, store, b"new")
        assert await there.read(key, store.refill) == b"new"
        mark = await here.generations.begin([DEPENDS])
        assert await there.peek(key) is None
        await here.generations.settle([DEPENDS], mark)
        await remote.close()

    asyncio.run(run())


def test_what_still_counts_is_asked_for_together(tmp_path: Path, valkey: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is being written does not count; it keeps nothing else from counting."""
    monkeypatch.setattr(cache_module, "MOST_ASKED", 3)

    async def run() -> None:
        remote = Valkey(valkey)
        generations = ValkeyGenerations(remote)
        cache, keys = Cache(generations, remote, 100), [Key(f"{tmp_path} {number}") for number in range(5)]
        assert not cache.is_in_memory
        entries = []
        for key in keys:
            watch = Watch(generations)
            await watch.on(key)
            entries.append(CachedValue(tuple(watch.keys), tuple(watch.seen), b"", 0))
        assert await cache.current_of([]) == []
        assert await cache.current_of(entries) == entries
        await generations.settle([keys[1]], await generations.begin([keys[1]]))
        mark = await generations.begin([keys[3]])
        assert await cache.current_of(entries) == [entries[0], entries[2], entries[4]]
        assert not cache.is_current(entries[0]), "this process's memory cannot tell"
        await generations.settle([keys[3]], mark)
        await remote.close()

    asyncio.run(run())


def test_phoenix_works_while_valkey_is_down(harness: Harness) -> None:
    harness.variables["PHOENIX_CACHE_URL"] = "redis://127.0.0.1:1/0"

    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            for number in range(3):
                made = await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": f"Entry {number}"})
                assert made.status_code == 201
                feed = await harness.get("/api/v2/feed", by="ada", params={"organisation": ember})
                assert feed.json()["items"][0]["data"]["title"] == f"Entry {number}"

    asyncio.run(run())


def test_what_a_page_shows_is_never_older_than_the_last_write(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            etag = (await harness.get("/api/v2/me", by="ada")).headers["etag"]
            await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": "t"})
            for number in range(20):
                name = f"Ada {number}"
                changed = await harness.patch("/api/v2/me", by="ada", json={"name": name}, headers={"If-Match": etag})
                etag = changed.headers["etag"]
                assert (await harness.get("/api/v2/me", by="ada")).json()["name"] == name
                feed = await harness.get("/api/v2/feed", by="bo", params={"organisation": ember})
                assert feed.json()["items"][0]["actor"]["name"] == name

    asyncio.run(run())


def test_hot_reads_bypass_the_framework_with_the_same_response(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            for path in ("/api/v2/me", f"/api/v2/feed?organisation={ember}", f"/api/v2/dashboard?organisation={ember}"):
                cold, hot = await harness.get(path, by="ada"), await harness.get(path, by="ada")
                assert "x-phoenix-queries" in cold.headers
                assert "x-phoenix-queries" not in hot.headers, "the framework handled the request"
                assert (hot.status_code, hot.content, hot.headers["etag"]) == (200, cold.content, cold.headers["etag"])
                for header in (
                    "content-security-policy",
                    "x-content-type-options",
                    "x-request-id",
                    "phoenix-version",
                    "cache-control",
                    "vary",
                ):
                    assert hot.headers.get(header), header
                same = await harness.get(path, by="ada", headers={"If-None-Match": hot.headers["etag"]})
                assert (same.status_code, same.content) == (304, b"")

    asyncio.run(run())


def test_the_default_is_one_node() -> None:
    assert Settings().cache.nodes == "one"
