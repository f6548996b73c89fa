"""A batch of events that takes longer than the database allows is handled in smaller ones, not again and again as it is."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from tests.harness import Harness

from phoenix.kernel.data import followers
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.events import Recorded
from phoenix.kernel.data.failures import DatabaseBusy
from phoenix.kernel.data.followers import follow
from phoenix.kernel.data.query import Query, query
from phoenix.modules.entries.events import EntryChanged

SLEEP: Query[str] = query(str, "SELECT pg_sleep($1)::text")
SHORT: Query[str] = query(str, "SELECT set_config('statement_timeout', '200', true)")


@pytest.mark.parametrize(("slow_from", "handled"), [(3, 40), (1, 0)])
def test_a_batch_that_takes_too_long_is_handled_in_smaller_ones(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, slow_from: int, handled: int
) -> None:
    """From so many events on it takes too long. If a single one does, whoever watches followers learns of it."""
    monkeypatch.setattr(followers, "POLL_SECONDS", 0.01)
    sizes: list[int] = []
    done: list[str | None] = []

    async def handle(tx: Transaction, batch: Sequence[Recorded]) -> None:
        sizes.append(len(batch))
        await tx.one(SHORT)
        await tx.one(SLEEP, 5.0 if len(batch) >= slow_from else 0.0)
        done.extend(event.subject for event in batch)

    class EverythingIsDoneError(Exception):
        pass

    def alive() -> None:
        if len(done) == 40:
            raise EverythingIsDoneError

    async def run() -> None:
        async with harness:
            async with harness.runtime.database.transaction() as tx:
                for number in range(40):
                    tx.record(EntryChanged(subject=f"ent_{number}", title="t"))
            with pytest.raises(EverythingIsDoneError if handled else DatabaseBusy):
                await follow(harness.runtime.database, "test", asyncio.Event(), handle, alive)
            assert done == [f"ent_{number}" for number in range(handled)]
            assert sizes[:2] == [40, 25]
            assert max(sizes[2:]) < 40, "it grows again, and shrinks again"

    asyncio.run(run())
