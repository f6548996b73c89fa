"""A16: a copy of a person's data, and the deletion of their account, across all modules."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile

from tests.factors import Factors, bearer
from tests.harness import Harness
from tests.modules.organisations.deleting import close

from phoenix.composition import MODULES
from phoenix.modules.accounts.jobs import erase_due, forget_old

GRACE = 14


async def _archive(harness: Harness, name: str) -> dict[str, object]:
    asked = await harness.post("/api/v2/exports", by=name)
    assert asked.status_code == 202, asked.text
    await harness.work()
    answer = await harness.get(f"/api/v2/exports/{asked.json()['id']}/archive", by=name)
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        assert "README.txt" in packed.namelist()
        return {part: json.loads(packed.read(part)) for part in packed.namelist() if part.endswith(".json")}


def test_the_copy_contains_the_data_of_every_module_and_no_secret(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await Factors.of(harness, "ada")
            ember = await harness.organisation("ember", ada="owner", bo="member")
            await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": "Mine", "body": "What I wrote"})
            await harness.post("/api/v2/entries", by="bo", json={"organisation": ember, "title": "Of Bo", "body": "Not mine"})
            parts = await _archive(harness, "ada")
            assert set(parts) == {f"{module.name}.json" for module in MODULES if module.personal and module.personal.export}
            text = json.dumps(parts)
            for expected in ("ada@example.com", "What I wrote", "Ember", "sessions.started", "203.0.113.0/24"):
                assert expected in text
            for secret in ("Not mine", "argon2", ada.secret, ada.codes[0].replace("-", ""), "bo@example.com"):
                assert secret not in text
            assert any("copy of your data is ready" in mail.text for mail in harness.mails("ada@example.com"))

    asyncio.run(run())


def test_a_copy_is_for_its_owner_only_and_is_deleted_after_a_week(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            await harness.person("eve")
            export = (await harness.post("/api/v2/exports", by="ada")).json()["id"]
            path = f"/api/v2/exports/{export}/archive"
            assert (await harness.get(path, by="ada")).status_code == 404
            await harness.work()
            assert (await harness.get(path, by="ada")).status_code == 200
            assert (await harness.get(path, by="eve")).status_code == 404
            harness.clock.advance(days=7)
            await forget_old(harness.runtime)
            assert await harness.sql("SELECT 1 FROM exports") == []

    asyncio.run(run())


def test_three_copies_can_be_requested_a_day(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            statuses = [(await harness.post("/api/v2/exports", by="ada")).status_code for _ in range(4)]
            assert statuses == [202, 202, 202, 429]

    asyncio.run(run())


def test_deletion_is_delayed_and_can_be_cancelled(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await harness.person("ada", password=True)
            other = (await harness.sign_in("ada")).json()["access_token"]
            await harness.events()
            assert (await harness.delete("/api/v2/me", by="ada")).status_code == 204
            assert await harness.events() == ["sessions.ended", "accounts.deletion_requested"]
            assert (await harness.get("/api/v2/me", headers=bearer(other))).status_code == 401
            assert "scheduled for deletion" in (await harness.get("/settings/profile", headers=bearer(ada.token))).text
            assert (await harness.delete("/api/v2/me", by="ada")).status_code == 409
            harness.clock.advance(days=GRACE, seconds=-1)
            await erase_due(harness.runtime)
            await harness.work()
            kept = (await harness.sign_in("ada")).json()["access_token"]
            assert (await harness.delete("/api/v2/me/deletion", headers=bearer(kept))).status_code == 204
            harness.clock.advance(seconds=2)
            await erase_due(harness.runtime)
            await harness.work()
            assert (await harness.sign_in("ada")).status_code == 201

    asyncio.run(run())


def test_nothing_personal_is_left_after_deletion(harness: Harness) -> None:
    """Every text column of every table is searched for what identified them. What others need is kept without a name."""

    async def run() -> None:
        async with harness:
            ada = await Factors.of(harness, "ada")
            ember = await harness.organisation("ember", ada="owner", bo="owner")
            alone = await harness.organisation("alone", ada="owner")
            await harness.patch("/api/v2/me", by="ada", headers={"If-Match": "*"}, json={"name": "Ada Unmistakable", "contact": "+49 123"})
            entry = (await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": "Kept"})).json()["id"]
            await harness.post(f"/api/v2/organisations/{ember}/invitations", by="ada", json={"email": "guest@example.com"})
            await harness.post("/api/v2/api_keys", by="ada", json={"name": "k", "scopes": ["entries.read"]})
            base = f"/api/v2/organisations/{alone}/service_accounts"
            program = (await harness.post(base, by="ada", json={"name": "Unmistakable import", "scopes": ["entries.read"]})).json()["key"]
            assert (await harness.get("/api/v2/me", headers=bearer(program))).status_code == 200
            await harness.work()
            assert (await harness.delete("/api/v2/me", by="ada")).status_code == 204
            await harness.work()
            harness.clock.advance(days=GRACE)
            await harness.events()
            await erase_due(harness.runtime)
            await erase_due(harness.runtime)
            done = ["accounts.erase", "organisations.delete", "organisations.tell_of_ownership", "accounts.send_security_notice"]
            assert await harness.work() == done
            assert await harness.events() == ["keys.api_key_revoked", "accounts.erased", "organisations.deleted"]
            columns = await harness.sql(
                "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' AND data_type IN ('text', 'jsonb', 'ARRAY')"
            )
            for row in columns:
                text = f'SELECT 1 FROM "{row["table_name"]}" WHERE "{row["column_name"]}"::text ILIKE ANY($1)'  # noqa: S608 - our own names
                left = await harness.sql(text, ["%ada@example.com%", "%unmistakable%", "%+49 123%", "%203.0.113.0/24%"])
                assert left == [], row
            assert (await harness.sign_in("ada")).status_code == 401
            assert (await harness.get("/api/v2/me", headers=bearer(ada.token))).status_code == 401
            harness.people["bo"].token = await _fresh(harness, "bo")
            read = (await harness.get(f"/api/v2/entries/{entry}", by="bo")).json()
            assert read["title"] == "Kept"
            assert (await harness.sql("SELECT name FROM accounts WHERE id = $1", harness.people["ada"].id))[0]["name"] == "Deleted person"
            assert await harness.sql("SELECT 1 FROM organisations WHERE id = $1", alone) == []
            assert len(await harness.sql("SELECT 1 FROM memberships")) == 1
            assert (await harness.get("/api/v2/me", headers=bearer(program))).status_code == 401
            # The address is free again for a new, separate account.
            await harness.post(
                "/api/v2/accounts",
                json={"email": "ada@example.com", "password": "nine lanterns by the harbour", "name": "Ada", "accept_terms": True},
            )
            assert await harness.work() == ["sign_in.send_verification"]

    asyncio.run(run())


async def _fresh(harness: Harness, name: str) -> str:
    email = harness.people[name].email
    await harness.post("/api/v2/sessions/email_code", json={"email": email})
    await harness.work()
    answer = await harness.post("/api/v2/sessions/email_code/complete", json={"email": email, "code": harness.code(email)})
    return str(answer.json()["access_token"])


def test_the_only_owner_must_transfer_ownership_before_deletion(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await harness.events()
            refused = await harness.delete("/api/v2/me", by="ada")
            assert refused.status_code == 409
            assert "only owner of Ember" in refused.json()["detail"]
            assert await harness.events() == []

    asyncio.run(run())


def test_the_only_owner_of_what_will_be_deleted_reads_when_they_can_delete_their_account(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            assert (await close(harness, ember)).status_code == 201
            refused = await harness.delete("/api/v2/me", by="ada")
            assert refused.status_code == 409
            assert "Ember, which will be deleted on 7 December 2026" in refused.json()["detail"]
            assert "delete the organisation" not in refused.json()["detail"]
            # Of two, the one that they can do something about.
            await harness.organisation("birch", ada="owner", bo="member")
            assert "only owner of Birch who can sign in" in (await harness.delete("/api/v2/me", by="ada")).json()["detail"]

    asyncio.run(run())
