"""A unit of work has one instant, whatever the clock does in between."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from tests.harness import Place

from phoenix.kernel.cache.generations import MachineGenerations
from phoenix.kernel.clock import SetClock
from phoenix.kernel.data.connect import connect
from phoenix.kernel.data.outbox import EventOutbox


def test_a_unit_of_work_has_one_instant(place: Place) -> None:
    """What is signed with a time and stored with it must agree."""
    clock = SetClock(datetime(2026, 6, 1, tzinfo=UTC))

    async def run() -> None:
        database = await connect(place.settings().database, clock, MachineGenerations(place.folder / "generations"), EventOutbox)
        async with database.transaction() as tx, database.reader() as db:
            first = tx.now
            clock.advance(seconds=1)
            assert tx.now == first
            assert db.now > first
        async with database.transaction() as later:
            assert later.now > first
        await database.close()

    asyncio.run(run())
