"""How a unit of work begins and ends: what it gives back, what it leaves of its connection, and when the disk counts as full."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import asyncpg
import pytest
from tests.harness import Place
from tests.kernel.database_proxy import Proxy
from tests.waiting import until

from phoenix.kernel.cache.generations import MachineGenerations
from phoenix.kernel.clock import SystemClock
from phoenix.kernel.data.connect import connect
from phoenix.kernel.data.database import Database, Transaction
from phoenix.kernel.data.failures import DatabaseFull, OutcomeUnknown
from phoenix.kernel.data.outbox import EventOutbox
from phoenix.kernel.data.query import Query, command, query
from phoenix.modules.entries.events import EntryChanged

ONE: Query[int] = query(int, "SELECT 1")
MAKE = command("CREATE TEMPORARY TABLE things (used boolean)")
THING = command("INSERT INTO things VALUES (false)")
USE: Query[bool] = query(bool, "UPDATE things SET used = true WHERE NOT used RETURNING used")
UNUSED: Query[int] = query(int, "SELECT count(*)::integer FROM things WHERE NOT used")
FULL = command("DO $$ BEGIN RAISE SQLSTATE '53100'; END $$")
SAVED = command("SELECT 1")
FAILS_AT_COMMIT = """
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE SQLSTATE '{state}'; RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER fails AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail();
"""
FAILS_AT_ONCE = """
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE SQLSTATE '22000'; END $$;
    CREATE TRIGGER fails BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION fail();
"""


class RefusedError(Exception):
    """An ordinary refusal."""


class CountedError(Exception):
    """A refusal that keeps its changes, apart from what was used up."""

    keeps_changes = True


@contextlib.asynccontextmanager
async def opened(place: Place, address: str = "") -> AsyncIterator[Database]:
    """A database of one connection."""
    settings = place.settings().database
    settings = replace(settings, url=address or settings.url)
    made = await connect(settings, SystemClock(), MachineGenerations(place.folder / "generations"), EventOutbox, pool=1)
    try:
        yield made
    finally:
        made.pool.terminate()


@contextlib.asynccontextmanager
async def through(place: Place, proxy: Proxy) -> AsyncIterator[Database]:
    async with proxy.serving() as address, opened(place, address) as database:
        yield database
        # The pool opens a new connection at once: the proxy closes only what has reached it.
        await until(lambda: len(proxy._writers) >= 4)


async def owner(place: Place, statement: str) -> None:
    connection = await asyncpg.connect(place.owner)
    await connection.execute(statement)
    await connection.close()


def happened(tx: Transaction, subject: str) -> None:
    tx.record(EntryChanged(subject=subject, title="t"))


async def inner(tx: Transaction) -> Any:
    """The connection itself, which the pool lends."""
    lent: Any = await tx.connection()
    return lent._con


async def record_in(database: Database, used: list[Any]) -> None:
    async with database.transaction() as tx:
        used.append(await inner(tx))
        happened(tx, "ent_1")


async def raise_in(database: Database, error: BaseException, used: list[Any]) -> None:
    async with database.transaction() as tx:
        used.append(await inner(tx))
        raise error


def test_what_was_recorded_before_something_is_used_up_is_kept_when_it_is_given_back(place: Place) -> None:
    async def run() -> None:
        async with opened(place) as database:
            after: list[str] = []

            async def attempt() -> None:
                async with database.transaction() as tx:
                    await tx.execute(MAKE)
                    await tx.execute(THING)
                    happened(tx, "before")
                    assert await tx.spend(USE)
                    happened(tx, "since")
                    tx.after_commit.append(lambda: after.append("since"))
                    raise CountedError

            with pytest.raises(CountedError):
                await attempt()
            async with database.reader() as reader:
                assert await reader.one(UNUSED) == 1
                assert await reader.all(query(str, "SELECT subject FROM events")) == ["before"]
            assert after == []

    asyncio.run(run())


def test_what_opens_a_transaction_runs_once_inside_it_before_the_first_statement(place: Place) -> None:
    async def run() -> None:
        async with opened(place) as database:
            opening: list[bool] = []
            async with database.transaction() as tx:

                async def note() -> None:
                    opening.append((await inner(tx)).is_in_transaction())

                tx.opening = note
                assert opening == []
                await tx.one(ONE)
                await tx.one(ONE)
                assert opening == [True]

    asyncio.run(run())


def test_two_connections_at_once_are_allowed_where_nothing_else_is_asked_for(place: Place) -> None:
    async def run() -> None:
        settings = place.settings().database
        made = await connect(settings, SystemClock(), MachineGenerations(place.folder / "generations"), EventOutbox)
        for database in (made, Database(made.pool, made.clock, made.generations, made.outbox)):
            async with database.reader(within=60) as one, database.reader(within=60) as other:
                assert (await one.one(ONE), await other.one(ONE)) == (1, 1)
        await made.close()

    asyncio.run(run())


def test_a_rejected_act_leaves_its_connection_open_and_clean(place: Place) -> None:
    """A connection that is closed after every refusal would have to be opened again for every wrong password."""

    async def run() -> None:
        async with opened(place) as database:
            used: list[Any] = []
            with pytest.raises(RefusedError):
                await raise_in(database, RefusedError(), used)
            assert (used[0].is_closed(), used[0].is_in_transaction()) == (False, False)

    asyncio.run(run())


def test_a_transaction_whose_events_cannot_be_written_is_rolled_back(place: Place) -> None:
    complaints: list[Any] = []

    async def run() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        await owner(place, FAILS_AT_ONCE)
        async with opened(place) as database:
            used: list[Any] = []
            with pytest.raises(asyncpg.DataError):
                await record_in(database, used)
            assert (used[0].is_closed(), used[0].is_in_transaction()) == (False, False)

    asyncio.run(run())
    assert complaints == [], "the pool rolls back what is left open, and says so"


def test_a_connection_whose_commit_may_have_happened_is_not_used_again(place: Place) -> None:
    async def run() -> None:
        await owner(place, FAILS_AT_COMMIT.format(state="57014"))
        async with opened(place) as database:
            used: list[Any] = []
            with pytest.raises(OutcomeUnknown):
                await record_in(database, used)
            assert used[0].is_closed()

    asyncio.run(run())


def test_the_disk_counts_as_full_from_a_write_that_found_it_full_to_one_that_is_saved(place: Place) -> None:
    async def run() -> None:
        async with opened(place) as database:
            seen = [database.is_full]
            for statement in (FULL, SAVED):
                with contextlib.suppress(DatabaseFull):
                    async with database.transaction() as tx:
                        await tx.execute(statement)
                seen.append(database.is_full)
            assert seen == [False, True, False]
            with pytest.raises(DatabaseFull):
                await write(database)

    async def write(database: Database) -> None:
        async with database.transaction() as tx:
            await tx.execute(FULL)

    asyncio.run(run())


@pytest.mark.parametrize("frozen_by", [b"COMMIT", b"ROLLBACK"])
def test_who_is_cancelled_while_the_end_is_not_answered_does_not_wait_for_it(place: Place, frozen_by: bytes) -> None:
    """Its connection is closed at once: the pool would wait for the answer, and the process could not stop."""
    proxy = Proxy(place.database)
    reached = asyncio.Event()

    async def run() -> None:
        async with through(place, proxy) as database:
            used: list[Any] = []

            async def act() -> None:
                async with database.transaction() as tx:
                    used.append(await inner(tx))
                    proxy.frozen_by = frozen_by
                    reached.set()
                    if frozen_by == b"ROLLBACK":
                        raise RefusedError

            task = asyncio.create_task(act())
            await reached.wait()
            await until(lambda: proxy._frozen)
            task.cancel()
            await asyncio.wait([task], timeout=10)
            assert task.done()
            assert task.cancelled()
            assert used[0].is_closed()

    asyncio.run(run())
