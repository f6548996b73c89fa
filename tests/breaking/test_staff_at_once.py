"""Two members of staff act on each other at the same moment."""

from __future__ import annotations

import asyncio

from tests.harness import Harness
from tests.modules.admin.panel import Panel

from phoenix.kernel.cache.keys import ACCOUNT


def test_two_administrators_cannot_lock_each_other_out(harness: Harness) -> None:
    """One of them must remain, or nobody could ever unlock the other."""

    async def run() -> None:
        async with harness, Panel(harness) as panel:
            for name in ("ada", "bob"):
                await harness.person(name, permissions=("platform.admin",))
            reason = "The other one behaves strangely today."
            for _n in range(5):
                await asyncio.gather(
                    panel.post(f"/staff/people/{harness.people['bob'].id}/lock", by="ada", reason=reason),
                    panel.post(f"/staff/people/{harness.people['ada'].id}/lock", by="bob", reason=reason),
                )
                locked = await harness.sql("SELECT count(*) FROM accounts WHERE locked_at IS NOT NULL")
                assert locked[0]["count"] == 1
                await harness.sql("UPDATE accounts SET locked_at = NULL")
                await harness.sql("UPDATE sessions SET ended_at = NULL")
                async with harness.runtime.database.transaction() as tx:
                    tx.invalidate(*(ACCOUNT(person.id) for person in harness.people.values()))

    asyncio.run(run())
