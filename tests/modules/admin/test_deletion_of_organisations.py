"""Staff see that an organisation will be deleted, and cancel it at someone's request: with a permission, and with a reason."""

from __future__ import annotations

import asyncio

from tests.harness import Harness
from tests.modules.admin.panel import Panel
from tests.modules.organisations.deleting import close

REASON = "Its owner asked us by telephone, ticket 4711."


def test_staff_cancel_a_deletion_with_a_reason(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            await harness.person("root", permissions=("platform.organisations", "platform.owners"))
            path = f"/staff/organisations/{ember}"
            assert "Scheduled deletion" not in (await panel.get(path, by="root")).text
            assert (await panel.post(f"{path}/deletion/cancel", by="root", reason_to_cancel=REASON)).status_code == 409
            await close(harness, ember)
            await harness.work()
            await harness.events()
            page = (await panel.get(path, by="root")).text
            assert "Ada asked to delete this organisation" in page.replace("<bdi>", "").replace("</bdi>", "")
            assert "7 December" in page
            assert (await panel.post(f"{path}/deletion/cancel", by="root", reason_to_cancel="")).status_code == 422
            assert (await panel.post(f"{path}/deletion/cancel", by="root", reason_to_cancel=REASON)).status_code == 303
            assert await harness.events() == ["organisations.deletion_cancelled_by_staff"]
            await harness.work()
            assert "The deletion of Ember was cancelled." in harness.mails("bo@example.com")[0].text
            feed = (await harness.get("/o/ember/feed", by="bo")).text
            assert "was cancelled by an administrator of this platform" in feed
            assert "Root" not in feed
            assert "4711" not in feed + (await harness.get(f"/api/v2/feed?organisation={ember}", by="bo")).text

    asyncio.run(run())


def test_staff_without_the_permission_only_see_it(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            ember = await harness.organisation("ember", ada="owner")
            await harness.person("root", permissions=("platform.organisations",))
            await close(harness, ember)
            await harness.events()
            page = (await panel.get(f"/staff/organisations/{ember}", by="root")).text
            assert "Scheduled deletion" in page
            assert "Cancel deletion" not in page
            refused = await panel.post(f"/staff/organisations/{ember}/deletion/cancel", by="root", reason_to_cancel=REASON)
            assert refused.status_code == 403
            assert await harness.events() == []

    asyncio.run(run())


def test_a_deletion_that_has_begun_cannot_be_cancelled(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            ember = await harness.organisation("ember", ada="owner")
            await harness.person("root", permissions=("platform.organisations", "platform.owners"))
            await close(harness, ember)
            assert ember in (await panel.get("/staff/organisations", by="root")).text
            await harness.sql("UPDATE organisations SET deleting_at = now()")
            refused = await panel.post(f"/staff/organisations/{ember}/deletion/cancel", by="root", reason_to_cancel=REASON)
            assert refused.status_code == 404
            assert (await panel.get(f"/staff/organisations/{ember}", by="root")).status_code == 404
            assert ember not in (await panel.get("/staff/organisations", by="root")).text, "no link leads nowhere"

    asyncio.run(run())
