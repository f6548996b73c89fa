"""Open pages and programs of an organisation whose deletion begins: their sockets leave its room."""

from __future__ import annotations

import asyncio

from tests.harness import Harness
from tests.kernel.ringing import connected
from tests.modules.organisations.deleting import GRACE, close
from tests.sockets import live
from tests.waiting import until

from phoenix.modules.organisations.actions.delete import begin
from phoenix.modules.organisations.queries import hold_memberships


def test_sockets_leave_the_room_when_the_deletion_begins(harness: Harness) -> None:
    async def run() -> None:
        async with harness, live(harness) as here:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            quartz = await harness.organisation("quartz", bo="owner")
            async with connected(here.url, harness.people["bo"].token) as heard:
                here.emit(f"organisation:{ember}", "rung", "before")
                await until(lambda: ("rung", "before") in heard)
                await close(harness, ember)
                harness.clock.advance(seconds=GRACE.total_seconds())
                async with harness.runtime.database.transaction() as tx:
                    await hold_memberships(tx, ember)
                    assert await begin(tx, ember)
                await until(lambda: ("organisation_left", {"organisation": ember}) in heard)
                here.emit(f"organisation:{ember}", "rung", "after")
                here.emit(f"organisation:{quartz}", "rung", "there")
                await until(lambda: ("rung", "there") in heard)
                assert ("rung", "after") not in heard

    asyncio.run(run())
