"""D1: all of a transaction or nothing, each query counted, and every kind of database failure reported in a sentence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import asyncpg
import pytest
from tests.harness import Harness, Place
from tests.waiting import until

from phoenix.kernel.cache.generations import Generations
from phoenix.kernel.clock import SystemClock
from phoenix.kernel.data.connect import connect
from phoenix.kernel.data.database import Database, Transaction
from phoenix.kernel.data.outbox import EventOutbox
from phoenix.kernel.data.query import Query, command, query
from phoenix.kernel.data.statements import NotingConnection
from phoenix.kernel.errors import InvalidInput, NotFound, Unavailable
from phoenix.modules.entries.events import EntryChanged

ONE: Query[int] = query(int, "SELECT 1")
NOTHING: Query[int] = query(int, "SELECT 1 WHERE false")
BOTH: Query[int] = query(int, "SELECT * FROM (VALUES (1), (2)) AS found")
RENAME = command("UPDATE accounts SET name = $1")
NO_GENERATIONS: Any = None
SETTING: Query[str] = query(str, "SELECT current_setting($1)")


class KeptError(Exception):
    """An error that keeps the changes, as for a wrong code that must stay counted."""

    keeps_changes = True


class Refusing:
    """Generations that cannot be marked."""

    def __init__(self, inner: Generations) -> None:
        self._inner = inner

    async def begin(self, keys: Collection[str]) -> int:
        raise ConnectionAbortedError("on purpose")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


async def is_free(database: Database) -> bool:
    """Whether every connection returns to the pool. Sockets and notifications also use one for a moment."""
    return await until(lambda: bool(database.pool.get_idle_size() == database.pool.get_size()))


async def name_of(harness: Harness) -> str:
    (row,) = await harness.sql("SELECT name FROM accounts")
    return str(row["name"])


@asynccontextmanager
async def entered(harness: Harness) -> AsyncIterator[Database]:
    async with harness:
        await harness.person("ada")
        yield harness.runtime.database


async def change(database: Database, error: BaseException | None = None, then: list[str] | None = None) -> Transaction:
    async with database.transaction(actor="acc_1", impersonator="acc_2", request="r1") as tx:
        await tx.execute(RENAME, "New")
        tx.record(EntryChanged(organisation="org_1", subject="ent_1", title="t"))
        if then is not None:
            tx.after_commit.append(lambda: then.append("after"))
        if error is not None:
            raise error
    return tx


def test_each_query_is_counted_and_returns_its_declared_type(harness: Harness) -> None:
    async def run() -> None:
        async with entered(harness) as database:
            async with database.reader() as reader:
                assert reader.queries == 0
                assert await reader.all(BOTH) == [1, 2]
                assert (await reader.maybe(BOTH), await reader.maybe(NOTHING)) == (1, None)
                assert reader.queries == 3
                assert await reader.one(ONE) == 1
                with pytest.raises(NotFound):
                    await reader.one(NOTHING)
                assert reader.queries == 5
                assert reader.now == harness.clock.now()
            async with database.transaction() as tx:
                assert await tx.execute(RENAME, "New") == 1
                assert await tx.execute(command("SET LOCAL jit = off")) == 0, "not a number of rows"
                assert tx.queries == 2

    asyncio.run(run())


def test_a_transaction_commits_everything(harness: Harness) -> None:
    async def run() -> None:
        async with entered(harness) as database:
            then: list[str] = []
            await change(database, then=then)
            assert (await name_of(harness), then) == ("New", ["after"])
            (event,) = await harness.sql("SELECT actor_id, impersonator_id, request_id FROM events WHERE kind = 'entries.changed'")
            assert tuple(event) == ("acc_1", "acc_2", "r1")
            assert await is_free(database)

    asyncio.run(run())


def test_a_failed_transaction_changes_nothing(harness: Harness) -> None:
    async def run() -> None:
        async with entered(harness) as database:
            then: list[str] = []
            with pytest.raises(RuntimeError, match="on purpose"):
                await change(database, RuntimeError("on purpose"), then)
            assert (await name_of(harness), then, await harness.events()) == ("Ada", [], [])
            assert await is_free(database)

    asyncio.run(run())


def test_an_error_can_keep_the_changes_made_so_far(harness: Harness) -> None:
    async def run() -> None:
        async with entered(harness) as database:
            with pytest.raises(KeptError):
                await change(database, KeptError())
            assert (await name_of(harness), await harness.events()) == ("New", ["entries.changed"])

    asyncio.run(run())


def test_a_transaction_whose_keys_cannot_be_marked_is_not_committed(harness: Harness) -> None:
    async def run() -> None:
        async with entered(harness) as database:
            database.generations = Refusing(database.generations)
            with pytest.raises(Unavailable) as refused:
                await change(database)
            assert isinstance(refused.value.__cause__, ConnectionAbortedError)
            assert await name_of(harness) == "Ada"
            assert await is_free(database)

    asyncio.run(run())


@pytest.mark.parametrize("how", ["an error", "no mark"])
def test_a_rolled_back_transaction_leaves_its_connection_clean(place: Place, how: str) -> None:
    """The pool would roll back an open transaction and log a warning."""
    complaints: list[Any] = []

    async def run() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        refusing = Refusing(NO_GENERATIONS)
        database = await connect(place.settings().database, SystemClock(), refusing, EventOutbox, pool=1)
        with pytest.raises((RuntimeError, Unavailable)):
            await change(database, RuntimeError("on purpose") if how == "an error" else None)
        connection = await database.pool.acquire()
        assert not connection.is_in_transaction()
        await database.pool.release(connection)
        await database.close()

    asyncio.run(run())
    assert complaints == []


def test_a_block_without_queries_uses_no_connection(place: Place) -> None:
    async def run() -> None:
        database = await connect(place.settings().database, SystemClock(), NO_GENERATIONS, EventOutbox)
        async with database.reader(), database.transaction() as tx:
            assert database.pool.get_idle_size() == 1
            first = await tx.connection()
            assert database.pool.get_idle_size() == 0
            assert await tx.connection() is first
            assert first.is_in_transaction()
        assert database.pool.get_idle_size() == 1
        await database.close()

    asyncio.run(run())


LOST = [
    (asyncpg.ReadOnlySQLTransactionError("x"), "switching to another server"),
    (asyncpg.PostgresConnectionError("x"), "connection to the database was lost"),
    (asyncpg.InterfaceError("x"), "connection to the database was lost"),
    (asyncpg.AdminShutdownError("x"), "connection to the database was lost"),
    (ConnectionResetError("x"), "connection to the database was lost"),
    (asyncpg.QueryCanceledError("x"), "too busy"),
    (asyncpg.LockNotAvailableError("x"), "too busy"),
    (asyncpg.DeadlockDetectedError("x"), "too busy"),
]


@pytest.mark.parametrize(("error", "words"), LOST, ids=[type(error).__name__ for error, _ in LOST])
def test_a_lost_connection_is_reported_as_unavailable_with_the_reason(harness: Harness, error: Exception, words: str) -> None:
    async def run() -> None:
        async with entered(harness) as database:
            with pytest.raises(Unavailable) as refused:
                await change(database, error)
            assert words in refused.value.detail
            assert refused.value.__cause__ is error
            assert await name_of(harness) == "Ada"
            assert await is_free(database)
            await change(database)
            assert await name_of(harness) == "New"

    asyncio.run(run())


def test_a_connection_to_a_demoted_primary_is_not_used_again(harness: Harness) -> None:
    async def run() -> None:
        async with entered(harness) as database:
            used: list[Any] = []

            async def ask(error: Exception) -> None:
                async with database.reader() as reader:
                    used.append((await reader.connection())._con)
                    raise error

            with pytest.raises(Unavailable):
                await ask(asyncpg.ReadOnlySQLTransactionError("x"))
            with pytest.raises(ValueError, match="ours"):
                await ask(ValueError("ours"))
            assert [connection.is_closed() for connection in used] == [True, False]

    asyncio.run(run())


def test_errors_of_postgresql_are_reported(harness: Harness) -> None:
    harness.variables["PHOENIX_STATEMENT_TIMEOUT"] = "100"

    async def run() -> None:
        async with entered(harness) as database:
            for statement, error in (
                (query(str, "SELECT pg_sleep(20)::text"), Unavailable),
                (query(str, "SELECT 'a' || chr(65) || $1::text"), InvalidInput),
            ):
                with pytest.raises(error):
                    async with database.reader() as reader:
                        await reader.one(statement, *(["\x00"] if "$1" in statement.sql else []))
            assert await is_free(database)

    asyncio.run(run())


@pytest.mark.parametrize("kind", ["json", "jsonb"])
def test_json_columns_are_decoded(harness: Harness, kind: str) -> None:
    value = {"a": [1, None, "ü"], "b": {"c": 1.5}}

    async def run() -> None:
        async with entered(harness) as database, database.reader() as reader:
            whole: Query[Any] = query(dict, f"SELECT $1::{kind} AS value")
            part: Query[str] = query(str, f"SELECT $1::{kind} -> 'a' ->> 2")
            connection = await reader.connection()
            assert await connection.fetchval(whole.sql, value) == value
            assert await reader.one(part, value) == "ü"

    asyncio.run(run())


@pytest.mark.parametrize("asked", [{}, {"pool": 3, "notes": True}], ids=["as set", "as asked"])
def test_time_outs_and_limits_of_a_connection_come_from_the_settings(place: Place, asked: dict[str, Any]) -> None:
    settings = place.settings(PHOENIX_STATEMENT_TIMEOUT="7000", PHOENIX_LOCK_TIMEOUT="900").database

    async def run() -> None:
        database = await connect(settings, SystemClock(), NO_GENERATIONS, EventOutbox, **asked)
        assert database.pool.get_size() == database.pool.get_min_size() == 1
        assert database.pool.get_max_size() == asked.get("pool", settings.pool)
        wanted = {
            "statement_timeout": "7s",
            "lock_timeout": "900ms",
            "idle_in_transaction_session_timeout": "30s",
            "jit": "off",
            "application_name": "phoenix",
        }
        async with database.reader() as reader:
            assert {name: await reader.one(SETTING, name) for name in wanted} == wanted
            inner: Any = (await reader.connection())._con
            assert type(inner) is (NotingConnection if asked else asyncpg.Connection)
            # The client gives up on a statement five seconds after the server should have; this limits how long a commit can take.
            assert inner._config.command_timeout == 12
        await database.close()
        assert database.pool.is_closing()

    asyncio.run(run())


def test_a_missing_database_is_reported_as_unavailable(place: Place) -> None:
    settings = replace(place.settings().database, url="postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(Unavailable, match="not responding"):
        asyncio.run(connect(settings, SystemClock(), NO_GENERATIONS, EventOutbox))
