"""D3: keys that a transaction makes stale are marked before its commit and settled after it, and memory is bounded."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection, Sequence
from pathlib import Path

import asyncpg
import pytest
from tests.harness import Harness

from phoenix.kernel.cache.cache import Cache, Watch
from phoenix.kernel.cache.generations import IN_FLIGHT_SECONDS, Generations, MachineGenerations
from phoenix.kernel.cache.keys import Key, KeyKind
from phoenix.kernel.data.query import command
from phoenix.kernel.errors import Unavailable
from phoenix.settings.concerns import LONGEST_STATEMENT

THING = KeyKind("thing")
END_OWN_CONNECTION = command("SELECT pg_terminate_backend(pg_backend_pid())")
INSERT_TWICE = command("INSERT INTO checked_late VALUES (1), (1)")
RENAME = command("UPDATE accounts SET name = $2 WHERE id = $1")


class Witness:
    """Generations that record, at each mark, what others read in the database at that moment."""

    def __init__(self, inner: Generations, harness: Harness, account: str) -> None:
        self._inner, self._harness, self._account = inner, harness, account
        self.saw: list[tuple[str, tuple[str, ...], str]] = []

    async def read(self, keys: Sequence[str]) -> tuple[int, ...] | None:
        return await self._inner.read(keys)

    async def begin(self, keys: Collection[str]) -> int:
        mark = await self._inner.begin(keys)
        await self._note("marked", keys)
        return mark

    async def settle(self, keys: Collection[str], mark: int) -> None:
        await self._note("settled", keys)
        await self._inner.settle(keys, mark)

    async def _note(self, what: str, keys: Collection[str]) -> None:
        (row,) = await self._harness.sql("SELECT name FROM accounts WHERE id = $1", self._account)
        self.saw.append((what, tuple(sorted(keys)), row["name"]))


def test_keys_are_marked_before_the_commit_and_settled_after_it(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await harness.person("ada")
            database = harness.runtime.database
            witness = database.generations = Witness(database.generations, harness, ada.id)
            keys = (THING("1"), THING("2"))
            async with database.transaction() as tx:
                await tx.execute(RENAME, ada.id, "New")
                tx.invalidate(*keys)
                assert witness.saw == [], "an early mark disables the cache for the whole transaction"
            assert witness.saw == [("marked", keys, "Ada"), ("settled", keys, "New")]

    asyncio.run(run())


def test_the_cache_is_not_used_after_a_writer_died_during_its_commit(harness: Harness) -> None:
    """The connection is lost during the commit: nobody knows whether it happened, so values cached before it are stale."""

    async def run() -> None:
        async with harness:
            ada = await harness.person("ada")
            runtime, key = harness.runtime, THING("1")

            async def refill(watch: Watch) -> bytes:
                await watch.on(key)
                return b"before"

            assert await runtime.cache.read("shown", refill) == b"before"
            assert await runtime.cache.peek("shown") == b"before"
            believed: list[bytes | None] = []
            witness = runtime.database.generations = Witness(runtime.database.generations, harness, ada.id)
            settle = witness.settle

            async def look_first(keys: Collection[str], mark: int) -> None:
                believed.append(await runtime.cache.peek("shown"))
                await settle(keys, mark)

            witness.settle = look_first  # type: ignore[method-assign]
            async with runtime.database.transaction() as tx:
                await tx.execute(RENAME, ada.id, "New")
                tx.invalidate(key)
            assert believed == [None], "the old value was still used between the commit and its response"

    asyncio.run(run())


def test_the_cache_is_not_used_while_the_outcome_of_a_commit_is_unknown(harness: Harness) -> None:
    async def lose_the_connection(key: Key) -> None:
        async with harness.runtime.database.transaction() as tx:
            tx.invalidate(key)
            with contextlib.suppress(asyncpg.PostgresError):
                await tx.execute(END_OWN_CONNECTION)

    async def run() -> None:
        async with harness:
            generations, key = harness.runtime.database.generations, THING("1")
            with pytest.raises(Unavailable):
                await lose_the_connection(key)
            assert await generations.read([key]) is None

    asyncio.run(run())


def test_a_refused_commit_leaves_the_cache_usable(harness: Harness) -> None:
    async def insert_twice(key: Key) -> None:
        async with harness.runtime.database.transaction() as tx:
            tx.invalidate(key)
            await tx.execute(INSERT_TWICE)

    async def run() -> None:
        async with harness:
            generations, key = harness.runtime.database.generations, THING("1")
            await harness.sql("CREATE TABLE checked_late (a integer UNIQUE DEFERRABLE INITIALLY DEFERRED)")
            await harness.sql("GRANT INSERT ON checked_late TO PUBLIC")
            with pytest.raises(asyncpg.UniqueViolationError):
                await insert_twice(key)
            assert await generations.read([key]) is not None

    asyncio.run(run())


def test_a_rolled_back_transaction_makes_nothing_stale(harness: Harness) -> None:
    async def fail(harness: Harness, account: str) -> None:
        async with harness.runtime.database.transaction() as tx:
            await tx.execute(RENAME, account, "New")
            tx.invalidate(THING("1"))
            raise RuntimeError("on purpose")

    async def run() -> None:
        async with harness:
            ada = await harness.person("ada")
            database = harness.runtime.database
            witness = database.generations = Witness(database.generations, harness, ada.id)
            with pytest.raises(RuntimeError, match="on purpose"):
                await fail(harness, ada.id)
            assert witness.saw == []

    asyncio.run(run())


async def fill(cache: Cache, names: Sequence[str]) -> None:
    async def refill(watch: Watch) -> bytes:
        await watch.on(Key("thing"))
        return b"value"

    for name in names:
        await cache.read(name, refill)


@pytest.mark.parametrize("most", [0, 1, 3, 10])
def test_a_process_caches_a_limited_number_of_the_newest_values(tmp_path: Path, most: int) -> None:
    names = [f"value {number}" for number in range(10)]
    cache = Cache(MachineGenerations(tmp_path / "generations"), None, most)
    asyncio.run(fill(cache, names))
    kept = [name for name in names if cache.entry(name) is not None]
    assert kept == names[len(names) - most :]


def test_the_setting_limits_the_cache_of_a_process(harness: Harness) -> None:
    async def run() -> None:
        harness.variables["PHOENIX_CACHE_LOCAL_ENTRIES"] = "2"
        async with harness:
            cache = harness.runtime.cache
            await fill(cache, ["a", "b", "c"])
            assert [name for name in ("a", "b", "c") if cache.entry(name) is not None] == ["b", "c"]

    asyncio.run(run())


def test_a_mark_outlasts_the_longest_commit_that_can_be_set() -> None:
    # kernel/data/database.py gives up on a commit 5 s after the longest statement.
    assert IN_FLIGHT_SECONDS > LONGEST_STATEMENT / 1000 + 5
