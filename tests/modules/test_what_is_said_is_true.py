"""Sentences about who sees what are true: each is held against what the product does."""

from __future__ import annotations

import asyncio

from tests.harness import Harness
from tests.modules.admin.panel import Panel

CONTACT = "+49 30 901820 extension 7"


def test_only_oneself_and_staff_see_ones_contact(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            await harness.person("root", permissions=("platform.admin",))
            saved = await harness.patch("/api/v2/me", by="ada", json={"contact": CONTACT}, headers={"If-Match": "*"})
            assert saved.status_code == 200
            assert "Only you and the staff of this installation can see it." in (await harness.get("/settings/profile", by="ada")).text
            for path in (f"/api/v2/organisations/{ember}/members", "/o/ember/members", "/o/ember/feed", "/o/ember/dashboard"):
                assert CONTACT not in (await harness.get(path, by="bo")).text, path
            assert CONTACT in (await harness.get("/api/v2/me", by="ada")).text
            assert CONTACT in (await panel.get(f"/staff/people/{harness.people['ada'].id}", by="root")).text

    asyncio.run(run())


def test_the_terms_say_who_can_read_entries(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            terms = (await harness.get("/terms")).text
            assert "So can staff of this installation while they impersonate a member to help" in terms

    asyncio.run(run())
