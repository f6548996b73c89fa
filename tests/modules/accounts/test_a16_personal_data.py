"""A16: a copy of a person's data, and the end of their account, across all modules."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile

from tests.factors import Factors, bearer
from tests.house import House

from phoenix.composition import MODULES
from phoenix.modules.accounts.jobs import erase_who_is_due, forget_the_old

GRACE = 14


async def _archive(house: House, name: str) -> dict[str, object]:
    asked = await house.post("/api/v2/exports", by=name)
    assert asked.status_code == 202, asked.text
    await house.work()
    answer = await house.get(f"/api/v2/exports/{asked.json()['id']}/archive", by=name)
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        assert "README.txt" in packed.namelist()
        return {part: json.loads(packed.read(part)) for part in packed.namelist() if part.endswith(".json")}


def test_the_copy_holds_what_every_module_keeps_and_no_secret(house: House) -> None:
    async def run() -> None:
        async with house:
            ada = await Factors.of(house, "ada")
            ember = await house.organisation("ember", ada="owner", bo="member")
            await house.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": "Mine", "body": "What I wrote"})
            await house.post("/api/v2/entries", by="bo", json={"organisation": ember, "title": "Of Bo", "body": "Not mine"})
            parts = await _archive(house, "ada")
            assert set(parts) == {f"{module.name}.json" for module in MODULES if module.personal}
            text = json.dumps(parts)
            for expected in ("ada@example.com", "What I wrote", "Ember", "accounts.logged_in", "203.0.113.0/24"):
                assert expected in text
            for secret in ("Not mine", "argon2", ada.secret, ada.codes[0].replace("-", ""), "bo@example.com"):
                assert secret not in text
            assert any("copy of your data is ready" in mail.text for mail in house.mails("ada@example.com"))

    asyncio.run(run())


def test_nobody_else_gets_it_and_it_is_forgotten_after_a_week(house: House) -> None:
    async def run() -> None:
        async with house:
            await house.person("ada")
            await house.person("eve")
            export = (await house.post("/api/v2/exports", by="ada")).json()["id"]
            path = f"/api/v2/exports/{export}/archive"
            assert (await house.get(path, by="ada")).status_code == 404
            await house.work()
            assert (await house.get(path, by="ada")).status_code == 200
            assert (await house.get(path, by="eve")).status_code == 404
            house.clock.advance(days=7)
            await forget_the_old(house.runtime)
            assert await house.sql("SELECT 1 FROM exports") == []

    asyncio.run(run())


def test_three_a_day(house: House) -> None:
    async def run() -> None:
        async with house:
            await house.person("ada")
            statuses = [(await house.post("/api/v2/exports", by="ada")).status_code for _ in range(4)]
            assert statuses == [202, 202, 202, 429]

    asyncio.run(run())


def test_deletion_waits_and_can_be_taken_back(house: House) -> None:
    async def run() -> None:
        async with house:
            ada = await house.person("ada", password=True)
            other = (await house.log_in("ada")).json()["access_token"]
            await house.events()
            assert (await house.delete("/api/v2/me", by="ada")).status_code == 204
            assert await house.events() == ["accounts.session_ended", "accounts.deletion_asked"]
            assert (await house.get("/api/v2/me", headers=bearer(other))).status_code == 401
            assert "to be deleted" in (await house.get("/settings/profile", headers=bearer(ada.token))).text
            assert (await house.delete("/api/v2/me", by="ada")).status_code == 409
            house.clock.advance(days=GRACE, seconds=-1)
            await erase_who_is_due(house.runtime)
            await house.work()
            kept = (await house.log_in("ada")).json()["access_token"]
            assert (await house.post("/api/v2/me/keep", headers=bearer(kept))).status_code == 202
            house.clock.advance(seconds=2)
            await erase_who_is_due(house.runtime)
            await house.work()
            assert (await house.log_in("ada")).status_code == 201

    asyncio.run(run())


def test_nothing_of_the_person_is_left(house: House) -> None:
    """Every text column of every table is searched for what named them; what others need stays without a name."""

    async def run() -> None:
        async with house:
            ada = await Factors.of(house, "ada")
            ember = await house.organisation("ember", ada="owner", bo="owner")
            alone = await house.organisation("alone", ada="owner")
            await house.patch("/api/v2/me", by="ada", headers={"If-Match": "*"}, json={"name": "Ada Unmistakable", "contact": "+49 123"})
            entry = (await house.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": "Kept"})).json()["id"]
            await house.post(f"/api/v2/organisations/{ember}/invitations", by="ada", json={"email": "guest@example.com"})
            await house.post("/api/v2/api_keys", by="ada", json={"name": "k", "scopes": ["entries.read"]})
            await house.work()
            assert (await house.delete("/api/v2/me", by="ada")).status_code == 204
            await house.work()
            house.clock.advance(days=GRACE)
            await house.events()
            await erase_who_is_due(house.runtime)
            await erase_who_is_due(house.runtime)
            assert await house.work() == ["accounts.erase"]
            assert await house.events() == ["accounts.erased"]
            columns = await house.sql(
                "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' AND data_type IN ('text', 'jsonb', 'ARRAY')"
            )
            for row in columns:
                text = f'SELECT 1 FROM "{row["table_name"]}" WHERE "{row["column_name"]}"::text ILIKE ANY($1)'  # noqa: S608 - our own names
                left = await house.sql(text, ["%ada@example.com%", "%unmistakable%", "%+49 123%", "%203.0.113.0/24%"])
                assert left == [], row
            assert (await house.log_in("ada")).status_code == 401
            assert (await house.get("/api/v2/me", headers=bearer(ada.token))).status_code == 401
            house.people["bo"].token = await _fresh(house, "bo")
            read = (await house.get(f"/api/v2/entries/{entry}", by="bo")).json()
            assert read["title"] == "Kept"
            assert (await house.sql("SELECT name FROM accounts WHERE id = $1", house.people["ada"].id))[0]["name"] == "Deleted person"
            assert await house.sql("SELECT 1 FROM organisations WHERE id = $1", alone) == []
            assert len(await house.sql("SELECT 1 FROM memberships")) == 1
            # The address is free again, for a new account that is another one.
            await house.post(
                "/api/v2/accounts",
                json={"email": "ada@example.com", "password": "nine lanterns by the harbour", "name": "Ada", "accept_terms": True},
            )
            assert await house.work() == ["accounts.send_verification"]

    asyncio.run(run())


async def _fresh(house: House, name: str) -> str:
    email = house.people[name].email
    await house.post("/api/v2/sessions/email_code", json={"email": email})
    await house.work()
    answer = await house.post("/api/v2/sessions/email_code/complete", json={"email": email, "code": house.code(email)})
    return str(answer.json()["access_token"])


def test_the_only_owner_hands_over_first(house: House) -> None:
    async def run() -> None:
        async with house:
            await house.organisation("ember", ada="owner", bo="member")
            await house.events()
            refused = await house.delete("/api/v2/me", by="ada")
            assert refused.status_code == 409
            assert "only owner of Ember" in refused.json()["detail"]
            assert await house.events() == []

    asyncio.run(run())
