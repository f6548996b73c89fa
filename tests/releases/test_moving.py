"""The statements in docs/upgrade.md, “Moving to another PostgreSQL server”, do what the page says."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import asyncpg
from tests.harness import Harness

TEXT = (Path(__file__).parents[2] / "docs" / "upgrade.md").read_text(encoding="utf-8")
MOVE, COUNT = re.findall(r"```sql\n(.*?)```", TEXT, re.DOTALL)
# The transaction number of a server that was busy for years.
FAR = "9000000000"


async def waiting(harness: Harness) -> int:
    return int((await harness.sql(COUNT))[0][0])


async def execute(harness: Harness, statements: str) -> None:
    connection = await asyncpg.connect(harness.place.owner)
    await connection.execute(statements)
    await connection.close()


async def in_the_log(harness: Harness) -> int:
    return int((await harness.sql("SELECT count(*) FROM audit_log"))[0][0])


def test_events_are_followed_on_a_server_with_lower_transaction_numbers(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            entry = {"organisation": await harness.organisation("ember", ada="owner"), "title": "t"}
            assert (await harness.post("/api/v2/entries", by="ada", json=entry)).status_code == 201
            await harness.follow()
            await harness.follow()
            assert await waiting(harness) == 0
            before = await in_the_log(harness)
            assert before > 0
            # The data as restored from a dump of that server.
            await execute(harness, MOVE.replace("'3'", f"'{FAR}'"))
            await execute(harness, MOVE)
            await harness.follow()
            assert await in_the_log(harness) == before
            assert (await harness.post("/api/v2/entries", by="ada", json=entry)).status_code == 201
            assert await waiting(harness) > 0
            await harness.follow()
            assert await in_the_log(harness) == before + 1

    asyncio.run(run())


def test_followers_miss_new_events_without_the_statements(harness: Harness) -> None:
    """This is why the page has the step. If this test fails, the step is no longer needed and can be removed from the page."""

    async def run() -> None:
        async with harness:
            entry = {"organisation": await harness.organisation("ember", ada="owner"), "title": "t"}
            await harness.follow()
            await harness.sql("UPDATE event_followers SET transaction = $1::text::xid8", FAR)
            assert (await harness.post("/api/v2/entries", by="ada", json=entry)).status_code == 201
            await harness.follow()
            assert await in_the_log(harness) == 0

    asyncio.run(run())
