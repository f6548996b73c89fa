"""Who may impersonate. tests/blockers/test_impersonation.py tests how it works and how the person is notified."""

from __future__ import annotations

import asyncio

from tests.harness import Harness
from tests.modules.admin.panel import Panel


def test_staff_without_the_permission_are_refused(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("ada", permissions=("platform.people_read",))
            eve = await harness.person("eve")
            answer = await panel.post(f"/staff/people/{eve.id}/impersonation", by="ada", reason="Request 4121", minutes="30")
            assert answer.status_code == 403
            assert await harness.events() == []

    asyncio.run(run())


def test_an_invented_link_does_nothing(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            page = await harness.get("/impersonation?token=made-up")
            token = page.text.partition('name="csrf-token" content="')[2].partition('"')[0]
            answer = await harness.post("/impersonation", data={"csrf": token, "token": "made-up"})
            assert answer.status_code >= 400
            assert await harness.events() == []

    asyncio.run(run())
