"""Once a person is erased, nothing in the database says who they were, and nothing acts in their name."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from tests.house import House
from tests.modules.admin.panel import Panel

from phoenix.modules.accounts.jobs import erase_who_is_due


async def _erase(house: House, name: str) -> None:
    assert (await house.delete("/api/v2/me", by=name)).status_code == 204
    house.clock.advance(days=61)
    await erase_who_is_due(house.runtime)
    await house.work()


def test_no_table_knows_the_address_or_the_name(house: House) -> None:
    """Invitations that others sent them, and why staff once locked them, are about them too."""

    async def run() -> None:
        async with house, Panel(house) as panel:
            await house.person("staff", permissions=("platform.admin",))
            org = await house.organisation("acme", ada="owner", zora="member")
            await house.organisation("other", bob="owner")
            for place, by in ((org, "ada"), (house.organisations["other"], "bob")):
                sent = {"email": "zora@example.com", "role": "member"}
                if by == "bob":
                    assert (await house.post(f"/api/v2/organisations/{place}/invitations", by=by, json=sent)).status_code == 201
            await house.post("/api/v2/sessions/email_code", json={"email": "zora@example.com"})
            await house.work()
            path = f"/staff/people/{house.people['zora'].id}"
            locked = await panel.post(f"{path}/lock", by="staff", reason="Zora Nowak wrote that her laptop was stolen.")
            assert locked.status_code == 303
            assert (await panel.post(f"{path}/unlock", by="staff")).status_code == 303
            await house.sql("UPDATE accounts SET lock_reason = 'Zora asked for it' WHERE id = $1", house.people["zora"].id)
            await house.sql("UPDATE sessions SET ended_at = NULL WHERE account_id = $1", house.people["zora"].id)
            await house.sql(
                "UPDATE accounts SET erase_at = $2 WHERE id = $1", house.people["zora"].id, house.clock.now() - timedelta(hours=1)
            )
            await erase_who_is_due(house.runtime)
            await house.work()
            rest = {}
            # What staff wrote into the audit log stays: it is the record of what staff did.
            for row in await house.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
                table = row["tablename"]
                if table in {"audit_log", "events"}:
                    continue
                found = [r["t"] for r in await house.sql(f"SELECT t::text FROM {table} t WHERE t::text ILIKE '%zora%'")]  # noqa: S608 - names of tables
                if found:
                    rest[table] = found
            assert rest == {}

    asyncio.run(run())


def test_who_was_erased_looks_through_nobodys_eyes(house: House) -> None:
    async def run() -> None:
        async with house, Panel(house) as panel:
            await house.person("eva", permissions=("platform.admin",))
            await house.person("zoe")
            reason = "A ticket says the dashboard is empty."
            shown = await panel.post(f"/staff/people/{house.people['zoe'].id}/look-as", by="eva", reason=reason, minutes="15")
            link = shown.text.partition("/look-as?token=")[2].partition('"')[0].partition("<")[0]
            async with house.new_client() as browser:
                page = await browser.get(f"/look-as?token={link}")
                csrf = page.text.partition('name="csrf" value="')[2].partition('"')[0]
                assert (await browser.post("/look-as", data={"csrf": csrf, "token": link})).status_code == 303
                assert (await browser.get("/settings/profile")).status_code == 200
                await house.sql("UPDATE accounts SET erase_at = $2 WHERE id = $1", house.people["eva"].id, house.clock.now())
                await erase_who_is_due(house.runtime)
                await house.work()
                assert (await browser.get("/settings/profile")).status_code == 303

    asyncio.run(run())
