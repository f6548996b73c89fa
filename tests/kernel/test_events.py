"""Events: written with the change, followed without loss or skip, resumable."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Literal

import asyncpg
import pytest
from tests.harness import Harness
from tests.kernel.test_followers import Tailing

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.events import Recorded
from phoenix.kernel.data.followers import follow_once, read_after
from phoenix.modules.entries.events import EntryChanged, EntryPosted

LATE = "INSERT INTO events (id, kind, occurred_at) VALUES ($1, 'late', now())"


class Arrived(asyncio.Event):
    """Reports when a listener is waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.listened_for = asyncio.Event()

    async def wait(self) -> Literal[True]:
        self.listened_for.set()
        return await super().wait()


async def fail(harness: Harness) -> None:
    async with harness.runtime.database.transaction() as tx:
        tx.record(EntryPosted(organisation="org_1", subject="ent_1", title="t", excerpt=""))
        raise RuntimeError("on purpose")


def test_a_rolled_back_change_records_no_event(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            with pytest.raises(RuntimeError, match="on purpose"):
                await fail(harness)
            assert await harness.events() == []

    asyncio.run(run())


def test_several_events_are_written_in_order_with_one_statement(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            async with harness.runtime.database.transaction(actor="acc_1", request="r1") as tx:
                tx.record(EntryPosted(organisation="org_1", subject="ent_1", title="a “quoted” title", excerpt=""))
                tx.record(EntryChanged(organisation="org_1", subject="ent_1", title="b"))
            assert tx.queries == 1
            rows = await harness.sql("SELECT kind, actor_id, request_id, data FROM events ORDER BY number")
            assert [row["kind"] for row in rows] == ["entries.posted", "entries.changed"]
            assert rows[0]["data"] == {"title": "a “quoted” title", "excerpt": ""}
            assert (rows[1]["actor_id"], rows[1]["request_id"]) == ("acc_1", "r1")

    asyncio.run(run())


def test_a_late_commit_with_a_lower_number_is_not_skipped(harness: Harness) -> None:
    """The trap: a follower that moved past number 2 must still see number 1, committed after it."""

    async def run() -> None:
        async with harness:
            slow, fast = await asyncpg.connect(harness.place.database), await asyncpg.connect(harness.place.database)
            late = slow.transaction()
            await late.start()
            await slow.execute(LATE, "evt_slow")
            await fast.execute(LATE, "evt_fast")
            async with harness.runtime.database.reader() as db:
                assert await read_after(db, (0, 0)) == [], "events that a running transaction can still precede are not read"
                await late.commit()
                read = await read_after(db, (0, 0))
            assert [event.id for event in read] == ["evt_slow", "evt_fast"]
            await slow.close()
            await fast.close()

    asyncio.run(run())


def test_a_follower_gets_each_event_once_under_concurrent_writers(harness: Harness) -> None:
    seen: list[str] = []

    async def handle(tx: Transaction, batch: Sequence[Recorded]) -> None:
        del tx
        seen.extend(event.id for event in batch)

    async def write(harness: Harness, writer: int) -> None:
        for number in range(25):
            async with harness.runtime.database.transaction() as tx:
                tx.record(EntryChanged(subject=f"ent_{writer}_{number}", title="t"))
                for _turn in range(writer % 3):
                    await asyncio.sleep(0)

    async def run() -> None:
        async with harness:
            writing = asyncio.gather(*(write(harness, n) for n in range(4)))
            while not writing.done():
                await follow_once(harness.runtime.database, "test", handle)
            await writing
            while await follow_once(harness.runtime.database, "test", handle):
                pass
            written = {row["id"] for row in await harness.sql("SELECT id FROM events")}
            assert len(seen) == len(set(seen)) == 100
            assert set(seen) == written

    asyncio.run(run())


def test_a_follower_that_fails_repeats_the_batch(harness: Harness) -> None:
    seen: list[str] = []

    async def stumble(tx: Transaction, batch: Sequence[Recorded]) -> None:
        raise RuntimeError("on purpose")

    async def handle(tx: Transaction, batch: Sequence[Recorded]) -> None:
        seen.extend(event.kind for event in batch)

    async def run() -> None:
        async with harness:
            assert await follow_once(harness.runtime.database, "test", handle) == 0
            async with harness.runtime.database.transaction() as tx:
                tx.record(EntryChanged(subject="ent_1", title="t"))
            with pytest.raises(RuntimeError, match="on purpose"):
                await follow_once(harness.runtime.database, "test", stumble)
            assert await follow_once(harness.runtime.database, "test", handle) == 1
            assert await follow_once(harness.runtime.database, "test", handle) == 0
            assert seen == ["entries.changed"]

    asyncio.run(run())


def test_the_live_feed_starts_now_and_receives_a_commit_at_once(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            async with harness.runtime.database.transaction() as tx:
                tx.record(EntryChanged(subject="before", title="t"))
            arrived = Arrived()
            async with Tailing(harness.runtime.database, arrived) as tailing:
                await asyncio.wait_for(arrived.listened_for.wait(), 60)
                async with harness.runtime.database.transaction() as tx:
                    tx.record(EntryChanged(subject="after", title="t"))
                arrived.set()
                assert await tailing.told() == ["after"]

    asyncio.run(run())
