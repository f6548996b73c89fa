"""A15: API keys and service accounts: scopes, shown once, last use, revocable."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.factors import bearer
from tests.house import House


async def _key(house: House, *scopes: str, **more: Any) -> dict[str, Any]:
    answer = await house.post("/api/v2/api_keys", by="ada", json={"name": "Export", "scopes": list(scopes), **more})
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]


def test_a_key_may_do_what_scope_and_role_both_allow(house: House) -> None:
    async def run() -> None:
        async with house:
            ember = await house.organisation("ember", ada="owner", vic="viewer")
            reads = await _key(house, "entries.read")
            writes = await _key(house, "entries.read", "entries.write")
            entry = {"organisation": ember, "title": "By a program"}
            assert (await house.get(f"/api/v2/entries?organisation={ember}", headers=bearer(reads["key"]))).status_code == 200
            assert (await house.post("/api/v2/entries", headers=bearer(reads["key"]), json=entry)).status_code == 403
            assert (await house.post("/api/v2/entries", headers=bearer(writes["key"]), json=entry)).status_code == 201
            assert (await house.get(f"/api/v2/feed?organisation={ember}", headers=bearer(writes["key"]))).status_code == 403
            viewers = await house.post("/api/v2/api_keys", by="vic", json={"name": "n", "scopes": ["entries.write"]})
            assert (await house.post("/api/v2/entries", headers=bearer(viewers.json()["key"]), json=entry)).status_code == 403

    asyncio.run(run())


def test_a_key_never_reaches_the_account_itself(house: House) -> None:
    """Nothing a thief of a key could turn into the whole account."""

    async def run() -> None:
        async with house:
            await house.organisation("ember", ada="owner")
            made = await _key(house, "entries.read", "organisations.manage")
            head = bearer(made["key"])
            refused = [
                await house.post("/api/v2/api_keys", headers=head, json={"name": "n", "scopes": ["entries.read"]}),
                await house.post("/api/v2/me/password", headers=head, json={"password": "eleven kettles on the roof"}),
                await house.post("/api/v2/me/email", headers=head, json={"email": "x@example.com"}),
                await house.post("/api/v2/totp", headers=head),
                await house.delete("/api/v2/sessions", headers=head),
                await house.delete("/api/v2/me", headers=head),
                await house.post("/api/v2/exports", headers=head),
                await house.get("/api/v2/exports", headers=head),
                await house.patch("/api/v2/me", headers={**head, "If-Match": "*"}, json={"name": "n"}),
            ]
            assert {answer.status_code for answer in refused} == {403}
            assert {answer.json()["code"] for answer in refused} == {"forbidden"}

    asyncio.run(run())


def test_it_is_shown_once_and_kept_as_a_hash(house: House) -> None:
    async def run() -> None:
        async with house:
            await house.organisation("ember", ada="owner")
            made = await _key(house, "entries.read")
            listed = (await house.get("/api/v2/api_keys", by="ada")).json()["items"]
            assert made["key"] not in str(listed)
            assert listed[0]["hint"] == made["key"][-4:]
            rows = await house.sql("SELECT * FROM api_keys")
            assert made["key"] not in str(rows)

    asyncio.run(run())


def test_the_last_use_is_shown(house: House) -> None:
    async def run() -> None:
        async with house:
            ember = await house.organisation("ember", ada="owner")
            made = await _key(house, "entries.read")
            assert (await house.get("/api/v2/api_keys", by="ada")).json()["items"][0]["seen_at"] is None
            await house.get(f"/api/v2/entries?organisation={ember}", headers=bearer(made["key"]))
            await house.client._transport.app.framework.state.log_ins.flush()  # type: ignore[attr-defined]
            assert (await house.get("/api/v2/api_keys", by="ada")).json()["items"][0]["seen_at"] == "2026-11-23T12:00:00.000Z"

    asyncio.run(run())


def test_it_ends_when_revoked_and_when_its_days_are_over(house: House) -> None:
    async def run() -> None:
        async with house:
            ember = await house.organisation("ember", ada="owner")
            path = f"/api/v2/entries?organisation={ember}"
            first, second = await _key(house, "entries.read", days=1), await _key(house, "entries.read", days=30)
            assert (await house.get(path, headers=bearer(second["key"]))).status_code == 200
            await house.events()
            assert (await house.delete(f"/api/v2/api_keys/{second['id']}", by="ada")).status_code == 204
            assert await house.events() == ["accounts.api_key_revoked"]
            assert (await house.get(path, headers=bearer(second["key"]))).status_code == 401
            house.clock.advance(seconds=86_399)
            assert (await house.get(path, headers=bearer(first["key"]))).status_code == 200
            house.clock.advance(seconds=1)
            assert (await house.get(path, headers=bearer(first["key"]))).status_code == 401

    asyncio.run(run())


def test_bad_input_is_named(house: House) -> None:
    async def run() -> None:
        async with house:
            await house.person("ada")
            for given, field in (
                ({"name": "", "scopes": ["entries.read"]}, "name"),
                ({"name": "n", "scopes": []}, "scopes"),
                ({"name": "n", "scopes": ["platform.admin"]}, "scopes"),
                ({"name": "n", "scopes": ["everything"]}, "scopes"),
                ({"name": "n", "scopes": ["entries.read"], "days": 0}, "days"),
                ({"name": "n", "scopes": ["entries.read"], "days": 367}, "days"),
            ):
                answer = await house.post("/api/v2/api_keys", by="ada", json=given)
                assert (answer.status_code, [e["field"] for e in answer.json()["errors"]]) == (422, [field])
            assert await house.sql("SELECT 1 FROM api_keys") == []

    asyncio.run(run())


def test_service_accounts_belong_to_the_organisation(house: House) -> None:
    async def run() -> None:
        async with house:
            ember = await house.organisation("ember", ada="owner", ann="administrator", moe="member")
            base = f"/api/v2/organisations/{ember}/service_accounts"
            given = {"name": "Import", "role": "member", "scopes": ["entries.write", "entries.read"]}
            assert (await house.post(base, by="moe", json=given)).status_code == 403
            await house.events()
            made = (await house.post(base, by="ann", json=given)).json()
            assert await house.events() == [
                "accounts.service_account_made",
                "accounts.api_key_made",
                "organisations.service_account_added",
            ]
            posted = await house.post("/api/v2/entries", headers=bearer(made["key"]), json={"organisation": ember, "title": "t"})
            assert posted.status_code == 201
            # It outlives whoever made it.
            assert (await house.delete(f"/api/v2/organisations/{ember}/members/{house.people['ann'].id}", by="ada")).status_code == 204
            assert (await house.get(f"/api/v2/entries?organisation={ember}", headers=bearer(made["key"]))).status_code == 200
            people = (await house.get(f"/api/v2/organisations/{ember}/members", by="ada")).json()["items"]
            assert {person["name"] for person in people} == {"Ada", "Moe"}
            feed = (await house.get(f"/api/v2/feed?organisation={ember}", by="ada")).json()["items"]
            assert any("Import" in item["summary"] for item in feed)
            fresh = await house.post(f"{base}/{made['id']}", by="ada", json={"scopes": ["entries.read"]})
            assert fresh.status_code == 201
            assert (await house.get(f"/api/v2/entries?organisation={ember}", headers=bearer(made["key"]))).status_code == 401
            assert (await house.delete(f"{base}/{made['id']}", by="ada")).status_code == 204
            gone = await house.get(f"/api/v2/entries?organisation={ember}", headers=bearer(fresh.json()["key"]))
            assert gone.status_code == 401

    asyncio.run(run())


def test_a_service_account_cannot_log_in_nor_be_reset(house: House) -> None:
    async def run() -> None:
        async with house:
            ember = await house.organisation("ember", ada="owner")
            base = f"/api/v2/organisations/{ember}/service_accounts"
            made = (await house.post(base, by="ada", json={"name": "Import", "scopes": ["entries.read"]})).json()
            email = f"{made['id']}@service.invalid"
            await house.work()
            sent = len(house.mails())
            for path in ("/api/v2/password_resets", "/api/v2/sessions/email_code"):
                assert (await house.post(path, json={"email": email})).status_code in {202, 422}
            assert (await house.post("/api/v2/sessions", json={"email": email, "password": "!"})).status_code == 401
            await house.work()
            assert len(house.mails()) == sent

    asyncio.run(run())


def test_nobody_makes_a_program_above_themselves(house: House) -> None:
    async def run() -> None:
        async with house:
            ember = await house.organisation("ember", ada="owner", ann="administrator")
            base = f"/api/v2/organisations/{ember}/service_accounts"
            for role in ("owner", "boss"):
                answer = await house.post(base, by="ada", json={"name": "n", "role": role, "scopes": ["entries.read"]})
                assert answer.status_code == 422

    asyncio.run(run())
