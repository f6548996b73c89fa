"""A unit of work has one instant, whatever the clock does in between."""

from __future__ import annotations

import asyncio

from tests.harness import Place

from phoenix.kernel.cache.generations import MachineGenerations
from phoenix.kernel.clock import SystemClock
from phoenix.kernel.data.connect import connect
from phoenix.kernel.data.outbox import EventOutbox


def test_a_unit_of_work_has_one_instant(place: Place) -> None:
    """What is signed with a time and stored with it must agree, whatever the clock does in between."""

    async def run() -> None:
        database = await connect(place.settings().database, SystemClock(), MachineGenerations(place.folder / "generations"), EventOutbox)
        async with database.transaction() as tx, database.reader() as db:
            assert tx.now == tx.now
            assert db.now == db.now
            assert db.now > tx.now
        async with database.transaction() as later:
            assert later.now > tx.now
        await database.close()

    asyncio.run(run())
