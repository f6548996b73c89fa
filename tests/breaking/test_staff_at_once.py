"""Two of the staff who act on each other at the same moment."""

from __future__ import annotations

import asyncio

from tests.house import House
from tests.modules.admin.panel import Panel


def test_two_administrators_cannot_lock_each_other_out(house: House) -> None:
    """One of them stays, or nobody could ever open the other again."""

    async def run() -> None:
        async with house, Panel(house) as panel:
            for name in ("ada", "bob"):
                await house.person(name, permissions=("platform.admin",))
            reason = "The other one behaves strangely today."
            for _n in range(5):
                await asyncio.gather(
                    panel.post(f"/staff/people/{house.people['bob'].id}/lock", by="ada", reason=reason),
                    panel.post(f"/staff/people/{house.people['ada'].id}/lock", by="bob", reason=reason),
                )
                locked = await house.sql("SELECT count(*) FROM accounts WHERE locked_at IS NOT NULL")
                assert locked[0]["count"] == 1
                await house.sql("UPDATE accounts SET locked_at = NULL")
                await house.sql("UPDATE sessions SET ended_at = NULL")
                async with house.runtime.database.transaction() as tx:
                    tx.touch(*(f"account:{person.id}" for person in house.people.values()))

    asyncio.run(run())
