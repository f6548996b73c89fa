"""What is left of a deleted organisation: facts, without what people wrote."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from tests.harness import Harness
from tests.modules.organisations.deleting import GRACE, close, due, entry

from phoenix.modules.audit.actions.verify import check


def test_afterwards_nothing_is_left_but_facts(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            quartz = await harness.organisation("quartz", bo="owner")
            kept = await entry(harness, quartz, by="bo")
            first = await entry(harness, ember)
            changed = await harness.patch(f"/api/v2/entries/{first}", by="ada", json={"title": "Other"}, headers={"If-Match": "*"})
            assert changed.status_code == 200
            made = await harness.post(
                f"/api/v2/organisations/{ember}/service_accounts", by="ada", json={"name": "Robot", "scopes": ["entries.read"]}
            )
            key = {"Authorization": f"Bearer {made.json()['key']}"}
            assert (await harness.get(f"/api/v2/entries?organisation={ember}", headers=key)).status_code == 200
            await harness.post(f"/api/v2/organisations/{ember}/invitations", by="ada", json={"email": "new@example.com"})
            await harness.post(f"/api/v2/organisations/{ember}/exports", by="ada")
            await close(harness, ember)
            await harness.work()
            await harness.events()
            harness.clock.advance(seconds=GRACE.total_seconds())
            assert "organisations.delete" in await due(harness)
            assert await harness.events() == ["keys.api_key_revoked", "organisations.deleted"]
            for left in (
                "SELECT id FROM organisations WHERE id = $1",
                "SELECT organisation_id FROM memberships WHERE organisation_id = $1",
                "SELECT id FROM invitations WHERE organisation_id = $1",
                "SELECT id FROM entries WHERE organisation_id = $1",
                "SELECT shard FROM member_counts WHERE organisation_id = $1",
                "SELECT shard FROM entry_counts WHERE organisation_id = $1",
                "SELECT id FROM organisation_exports WHERE organisation_id = $1",
            ):
                assert await harness.sql(left, ember) == [], left
            assert await harness.sql("SELECT 1 FROM entry_versions UNION ALL SELECT 1 FROM organisation_export_chunks") == []
            assert await harness.sql("SELECT 1 FROM accounts WHERE name = 'Robot'") == []
            assert (await harness.get(f"/api/v2/entries?organisation={ember}", headers=key)).status_code == 401
            for path in ("/o/ember/feed", "/o/ember/deletion", f"/api/v2/organisations/{ember}", f"/api/v2/organisations/{ember}/deletion"):
                for name in ("ada", "bo"):
                    assert (await harness.get(path, by=name)).status_code == 404, path
            gone, never = [await harness.get(f"/api/v2/entries/{id_}", by="bo") for id_ in (first, "ent_01m844dzg0ez4b4h7v44q8q9p2")]
            assert (gone.status_code, gone.json()["detail"]) == (never.status_code, never.json()["detail"])
            assert (await harness.get("/api/v2/organisations", by="ada")).json()["items"] == []
            assert (await harness.get(f"/api/v2/entries/{kept}", by="bo")).status_code == 200

    asyncio.run(run())


def test_the_audit_log_keeps_facts_without_what_people_wrote(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            quartz = await harness.organisation("quartz", ada="owner")
            for id_, name in ((ember, "Secret Lanterns"), (quartz, "Open Harbour")):
                renamed = await harness.patch(f"/api/v2/organisations/{id_}", by="ada", json={"name": name}, headers={"If-Match": "*"})
                assert renamed.status_code == 200
            await harness.follow()
            assert "Secret Lanterns" in (await harness.get("/o/ember/feed", by="bo")).text, "members see the name that was given"
            await close(harness, ember, "Secret Lanterns")
            harness.clock.advance(seconds=GRACE.total_seconds())
            await due(harness)
            await harness.follow()
            written = "SELECT data::text AS t FROM audit_log UNION ALL SELECT text FROM audit_texts UNION ALL SELECT data::text FROM events"
            texts = " ".join(row["t"] for row in await harness.sql(written))
            assert "Secret" not in texts
            assert "Open Harbour" in texts, "that of another organisation stays"
            kinds = [
                row["action"] for row in await harness.sql("SELECT action FROM audit_log WHERE organisation_id = $1 ORDER BY number", ember)
            ]
            assert kinds == ["organisations.renamed", "organisations.deletion_scheduled", "organisations.deleted"]
            assert (await check(harness.runtime)).fault == ""

    asyncio.run(run())


def test_the_grace_period_is_a_setting(harness: Harness) -> None:
    harness.variables["PHOENIX_ORGANISATIONS_DELETION_GRACE"] = "3"

    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            made = await close(harness, ember)
            assert made.json()["closes_at"] == "2026-11-26T12:00:00.000Z"
            harness.clock.advance(seconds=timedelta(days=3).total_seconds() - 1)
            await due(harness)
            assert (await harness.get(f"/api/v2/organisations/{ember}/deletion", by="ada")).json()["asked_by"] == harness.people["ada"].id
            harness.clock.advance(seconds=1)
            await due(harness)
            assert (await harness.get(f"/api/v2/organisations/{ember}/deletion", by="ada")).status_code == 404

    asyncio.run(run())
