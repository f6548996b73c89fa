"""A16: staff have a copy of somebody's data made, and hand it over. The person is told, and who fetched it is on record."""

from __future__ import annotations

import asyncio
import io
import zipfile

import pytest
from tests.house import House
from tests.modules.admin.panel import Panel

MAY = ("platform.people_read", "platform.people_export")


def test_a_copy_is_made_for_somebody_who_is_told_and_fetched_on_record(house: House) -> None:
    async def run() -> None:
        async with house, Panel(house) as panel:
            eve = await house.person("eve")
            ada = await house.person("ada", permissions=MAY)
            page = f"/staff/people/{eve.id}"
            assert (await panel.post(f"{page}/exports", by="ada")).status_code == 303
            assert await house.events() == ["accounts.export_asked"]
            assert "Being made." in (await panel.get(page, by="ada")).text
            assert sorted(await house.work()) == ["accounts.make_export", *["accounts.send_security_notice"] * 2]
            told = {mail.subject for mail in house.mails(eve.email)}
            assert "Staff are making a copy of your data, as somebody asked in your name" in told
            export = (await house.sql("SELECT id FROM exports"))[0]["id"]
            fetched = await panel.post(f"{page}/exports/{export}/fetch", by="ada")
            assert fetched.status_code == 200
            assert "accounts.json" in zipfile.ZipFile(io.BytesIO(fetched.content)).namelist()
            assert await house.events() == ["accounts.export_fetched_by_staff"]
            row = (await house.sql("SELECT actor_id, subject FROM events ORDER BY number DESC LIMIT 1"))[0]
            assert tuple(row) == (ada.id, eve.id)
            own = await house.get(f"/api/v2/exports/{export}/archive", by="eve")
            assert own.content == fetched.content, "the person has the same"

    asyncio.run(run())


def test_the_copy_of_one_person_is_not_fetched_by_the_number_of_another(house: House) -> None:
    async def run() -> None:
        async with house, Panel(house) as panel:
            eve, bo = await house.person("eve"), await house.person("bo")
            await house.person("ada", permissions=MAY)
            await panel.post(f"/staff/people/{eve.id}/exports", by="ada")
            await house.work()
            export = (await house.sql("SELECT id FROM exports"))[0]["id"]
            await house.events()
            assert (await panel.post(f"/staff/people/{bo.id}/exports/{export}/fetch", by="ada")).status_code == 404
            assert await house.events() == []

    asyncio.run(run())


@pytest.mark.parametrize("held", [("platform.people_read",), ("platform.people_read", "platform.people_write")])
def test_it_takes_a_permission_of_its_own(house: House, held: tuple[str, ...]) -> None:
    async def run() -> None:
        async with house, Panel(house) as panel:
            eve = await house.person("eve")
            await house.person("ada", permissions=held)
            page = f"/staff/people/{eve.id}"
            assert "A copy of their data" not in (await panel.get(page, by="ada")).text
            assert (await panel.post(f"{page}/exports", by="ada")).status_code == 403
            assert await house.sql("SELECT 1 FROM exports") == []

    asyncio.run(run())


def test_nobody_copies_who_may_do_more_than_they(house: House) -> None:
    async def run() -> None:
        async with house, Panel(house) as panel:
            root = await house.person("root", permissions=("platform.admin",))
            await house.person("ada", permissions=MAY)
            assert (await panel.post(f"/staff/people/{root.id}/exports", by="ada")).status_code == 403
            assert await house.sql("SELECT 1 FROM exports") == []

    asyncio.run(run())
