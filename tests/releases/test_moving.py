"""docs/upgrade.md, “Moving to another PostgreSQL server”: its statements do what it says."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from tests.house import House

TEXT = (Path(__file__).parents[2] / "docs" / "upgrade.md").read_text(encoding="utf-8")
MOVE, COUNT = re.findall(r"```sql\n(.*?)```", TEXT, re.DOTALL)
# What a server that was busy for years has counted up to.
FAR = "9000000000"


async def waiting(house: House) -> int:
    return int((await house.sql(COUNT))[0][0])


async def in_the_log(house: House) -> int:
    return int((await house.sql("SELECT count(*) FROM audit_log"))[0][0])


def test_events_are_followed_again_on_a_server_that_has_counted_less(house: House) -> None:
    async def run() -> None:
        async with house:
            entry = {"organisation": await house.organisation("ember", ada="owner"), "title": "t"}
            assert (await house.post("/api/v2/entries", by="ada", json=entry)).status_code == 201
            await house.follow()
            await house.follow()
            assert await waiting(house) == 0
            before = await in_the_log(house)
            assert before > 0
            # As a dump from that server would read here.
            await house.sql("UPDATE events SET transaction = $1::text::xid8", FAR)
            await house.sql("UPDATE event_followers SET transaction = $1::text::xid8", FAR)
            for statement in MOVE.split(";"):
                if statement.strip():
                    await house.sql(statement)
            await house.follow()
            assert await in_the_log(house) == before
            assert (await house.post("/api/v2/entries", by="ada", json=entry)).status_code == 201
            assert await waiting(house) > 0
            await house.follow()
            assert await in_the_log(house) == before + 1

    asyncio.run(run())


def test_without_them_new_events_are_not_seen(house: House) -> None:
    """The reason for the page. Where this fails, the step is needed no more: take it out of the page."""

    async def run() -> None:
        async with house:
            entry = {"organisation": await house.organisation("ember", ada="owner"), "title": "t"}
            await house.follow()
            await house.sql("UPDATE event_followers SET transaction = $1::text::xid8", FAR)
            assert (await house.post("/api/v2/entries", by="ada", json=entry)).status_code == 201
            await house.follow()
            assert await in_the_log(house) == 0

    asyncio.run(run())
