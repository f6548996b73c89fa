"""N5: people and staff see on a page that emails have stopped, why and since when, and can have them sent again."""

from __future__ import annotations

import asyncio

import pytest
from tests.harness import Harness
from tests.modules.admin.panel import Panel
from tests.modules.deliverability.reports import BO, is_stopped

from phoenix.kernel.web.csrf import token_for
from phoenix.modules.deliverability.actions.stop import BOUNCED, COMPLAINED, UNSUBSCRIBED, Reason, stop


async def stopped(harness: Harness, reason: Reason) -> None:
    async with harness.runtime.database.transaction() as tx:
        assert await stop(tx, {BO: reason}) == 1
        assert await stop(tx, {BO: reason}) == 0


@pytest.mark.parametrize(
    ("reason", "why"), [(BOUNCED, "came back"), (COMPLAINED, "was reported as spam"), (UNSUBSCRIBED, "was unsubscribed")]
)
def test_the_profile_says_why_and_offers_to_try_again(harness: Harness, reason: Reason, why: str) -> None:
    async def run() -> None:
        async with harness:
            bo = await harness.person("bo")
            assert "Emails to you have stopped" not in (await harness.get("/settings/profile", by="bo")).text
            await stopped(harness, reason)
            page = (await harness.get("/settings/profile", by="bo")).text
            assert "Emails to you have stopped" in page
            assert why in page
            assert "12:00" in page
            form = {"csrf": token_for(harness.runtime, bo.id)}
            answer = await harness.post("/settings/profile/emails", by="bo", data=form)
            assert (answer.status_code, answer.headers["location"]) == (303, "/settings/profile")
            assert not await is_stopped(harness)

    asyncio.run(run())


def test_staff_see_it_on_the_page_of_the_person_and_can_try_again(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            bo = await harness.person("bo")
            await harness.person("eve", permissions=("platform.people_read",))
            await harness.person("root", permissions=("platform.people_read", "platform.people_write"))
            path = f"/staff/people/{bo.id}"
            assert "Emails have stopped" not in (await panel.get(path, by="root")).text
            await stopped(harness, BOUNCED)
            assert f"{path}/resume-emails" in (await panel.get(path, by="root")).text
            seen = (await panel.get(path, by="eve")).text
            assert "Emails have stopped" in seen
            assert "resume-emails" not in seen
            assert (await panel.post(f"{path}/resume-emails", by="eve")).status_code == 403
            assert await is_stopped(harness)
            await harness.events()
            assert (await panel.post(f"{path}/resume-emails", by="root")).status_code == 303
            assert await harness.events() == ["deliverability.resumed"]
            assert not await is_stopped(harness)

    asyncio.run(run())
