"""A16: staff request a copy of someone's data and hand it over. The person is notified, and it is recorded who downloaded it."""

from __future__ import annotations

import asyncio
import io
import zipfile

import pytest
from tests.harness import Harness
from tests.modules.admin.panel import Panel

MAY = ("platform.people_read", "platform.people_export")


def test_the_person_is_notified_of_a_copy_and_its_download_is_recorded(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            eve = await harness.person("eve")
            ada = await harness.person("ada", permissions=MAY)
            page = f"/staff/people/{eve.id}"
            assert (await panel.post(f"{page}/exports", by="ada")).status_code == 303
            assert await harness.events() == ["accounts.export_requested"]
            assert "Being prepared." in (await panel.get(page, by="ada")).text
            assert sorted(await harness.work()) == ["accounts.make_export", *["accounts.send_security_notice"] * 2]
            subjects = {mail.subject for mail in harness.mails(eve.email)}
            assert "An administrator is preparing a copy of your data, following a request in your name" in subjects
            export = (await harness.sql("SELECT id FROM exports"))[0]["id"]
            fetched = await panel.post(f"{page}/exports/{export}/fetch", by="ada")
            assert fetched.status_code == 200
            assert "accounts.json" in zipfile.ZipFile(io.BytesIO(fetched.content)).namelist()
            assert await harness.events() == ["admin.export_fetched"]
            row = (await harness.sql("SELECT actor_id, subject FROM events ORDER BY number DESC LIMIT 1"))[0]
            assert tuple(row) == (ada.id, eve.id)
            own = await harness.get(f"/api/v2/exports/{export}/archive", by="eve")
            assert own.content == fetched.content, "the person has the same"

    asyncio.run(run())


def test_one_persons_copy_cannot_be_downloaded_with_the_id_of_another(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            eve, bo = await harness.person("eve"), await harness.person("bo")
            await harness.person("ada", permissions=MAY)
            await panel.post(f"/staff/people/{eve.id}/exports", by="ada")
            await harness.work()
            export = (await harness.sql("SELECT id FROM exports"))[0]["id"]
            await harness.events()
            assert (await panel.post(f"/staff/people/{bo.id}/exports/{export}/fetch", by="ada")).status_code == 404
            assert await harness.events() == []

    asyncio.run(run())


@pytest.mark.parametrize("held", [("platform.people_read",), ("platform.people_read", "platform.people_write")])
def test_staff_need_a_separate_permission_to_copy_data(harness: Harness, held: tuple[str, ...]) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            eve = await harness.person("eve")
            await harness.person("ada", permissions=held)
            page = f"/staff/people/{eve.id}"
            assert "Copy of their data" not in (await panel.get(page, by="ada")).text
            assert (await panel.post(f"{page}/exports", by="ada")).status_code == 403
            assert await harness.sql("SELECT 1 FROM exports") == []

    asyncio.run(run())


def test_staff_cannot_copy_people_with_more_permissions(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            root = await harness.person("root", permissions=("platform.admin",))
            await harness.person("ada", permissions=MAY)
            assert (await panel.post(f"/staff/people/{root.id}/exports", by="ada")).status_code == 403
            assert await harness.sql("SELECT 1 FROM exports") == []

    asyncio.run(run())
