"""What a unit of work counts, reads in batches, and gives back."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest
from tests.harness import Harness

from phoenix.kernel.data.database import BATCH
from phoenix.kernel.data.query import Query, Rows, query

ONE: Query[int] = query(int, "SELECT 1")
MANY: Query[int] = query(int, "SELECT * FROM generate_series(1, $1::integer)")
RENAME: Query[str] = query(str, "UPDATE accounts SET name = $1 RETURNING name")
NAME: Query[str] = query(str, "SELECT name FROM accounts")
SPEND: Query[str] = query(str, "UPDATE accounts SET name = name || $1 RETURNING name")


def test_a_block_can_leave_its_queries_uncounted(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.runtime.database.reader() as db:
            await db.one(ONE)
            with db.uncounted():
                await db.one(ONE)
                await db.one(ONE)
            await db.one(ONE)
            assert db.queries == 2

    asyncio.run(run())


def test_rows_are_read_a_hundred_at_a_time_by_one_query(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.runtime.database.reader() as db:
            found = [batch async for batch in db.batches(Rows(MANY, (250,)))]
            assert [len(batch) for batch in found] == [100, 100, 50]
            assert [row for batch in found for row in batch] == list(range(1, 251))
            assert (db.queries, BATCH) == (1, 100)

    asyncio.run(run())


def test_batches_of_a_reader_cannot_write_and_those_of_a_transaction_see_what_it_wrote(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            async with harness.runtime.database.reader() as db:
                with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
                    async for _ in db.batches(Rows(RENAME, ("x",))):
                        pass
            async with harness.runtime.database.transaction() as tx:
                await tx.one(RENAME, "Grace")
                assert [batch async for batch in tx.batches(Rows(NAME, ()))] == [["Grace"]]

    asyncio.run(run())


def test_everything_that_was_used_up_is_given_back_together(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            async with harness.runtime.database.transaction() as tx:
                before = await tx.one(NAME)
                await tx.give_back()
                assert await tx.spend(SPEND, "1") == f"{before}1"
                assert await tx.spend(SPEND, "2") == f"{before}12"
                await tx.give_back()
                assert await tx.one(NAME) == before

    asyncio.run(run())
