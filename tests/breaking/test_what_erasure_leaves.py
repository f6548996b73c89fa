"""Once a person is erased, nothing in the database says who they were, and nothing acts in their name."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from tests.blockers.impersonating import link_to
from tests.harness import Harness
from tests.modules.admin.panel import Panel

from phoenix.modules.accounts.jobs import erase_due


async def _erase(harness: Harness, name: str) -> None:
    assert (await harness.delete("/api/v2/me", by=name)).status_code == 204
    harness.clock.advance(days=61)
    await erase_due(harness.runtime)
    await harness.work()


def test_no_table_contains_the_address_or_the_name(harness: Harness) -> None:
    """Invitations that others sent to them, and the reason why staff once locked them, are personal data too."""

    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("staff", permissions=("platform.admin",))
            org = await harness.organisation("acme", ada="owner", zora="member")
            await harness.organisation("other", bob="owner")
            for place, by in ((org, "ada"), (harness.organisations["other"], "bob")):
                sent = {"email": "zora@example.com", "role": "member"}
                if by == "bob":
                    assert (await harness.post(f"/api/v2/organisations/{place}/invitations", by=by, json=sent)).status_code == 201
            await harness.post("/api/v2/sessions/email_code", json={"email": "zora@example.com"})
            await harness.work()
            path = f"/staff/people/{harness.people['zora'].id}"
            locked = await panel.post(f"{path}/lock", by="staff", reason="Zora Nowak wrote that her laptop was stolen.")
            assert locked.status_code == 303
            assert (await panel.post(f"{path}/unlock", by="staff")).status_code == 303
            await harness.sql("UPDATE accounts SET lock_reason = 'Zora asked for it' WHERE id = $1", harness.people["zora"].id)
            await harness.sql("UPDATE sessions SET ended_at = NULL WHERE account_id = $1", harness.people["zora"].id)
            await harness.sql(
                "UPDATE accounts SET erase_at = $2 WHERE id = $1", harness.people["zora"].id, harness.clock.now() - timedelta(hours=1)
            )
            await harness.follow()
            await erase_due(harness.runtime)
            await harness.work()
            await harness.follow()
            assert await harness.work() == ["audit.erase_texts"]
            rest = {}
            for row in await harness.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
                table = row["tablename"]
                found = [r["t"] for r in await harness.sql(f"SELECT t::text FROM {table} t WHERE t::text ILIKE '%zora%'")]  # noqa: S608 - names of tables
                if found:
                    rest[table] = found
            assert rest == {}

    asyncio.run(run())


def test_erased_staff_no_longer_impersonate_anyone(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            for name in ("eva", "ivo"):
                await harness.person(name, permissions=("platform.admin",))
            await harness.person("zoe")
            link = (await link_to(harness, panel, "zoe", by="eva", minutes="15")).partition("token=")[2]
            async with harness.new_client() as browser:
                page = await browser.get(f"/impersonation?token={link}")
                csrf = page.text.partition('name="csrf" value="')[2].partition('"')[0]
                assert (await browser.post("/impersonation", data={"csrf": csrf, "token": link})).status_code == 303
                assert (await browser.get("/settings/profile")).status_code == 200
                await harness.sql("UPDATE accounts SET erase_at = $2 WHERE id = $1", harness.people["eva"].id, harness.clock.now())
                await erase_due(harness.runtime)
                await harness.work()
                assert (await browser.get("/settings/profile")).status_code == 303

    asyncio.run(run())
