"""A15: API keys and service accounts: scopes, shown once, last use, revocable."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.factors import bearer
from tests.harness import Harness

from phoenix.composition import MODULES, REGISTRY


async def _key(harness: Harness, *scopes: str, **more: Any) -> dict[str, Any]:
    answer = await harness.post("/api/v2/api_keys", by="ada", json={"name": "Export", "scopes": list(scopes), **more})
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]


def test_a_key_can_do_only_what_both_its_scopes_and_role_allow(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", vic="viewer")
            reads = await _key(harness, "entries.read")
            writes = await _key(harness, "entries.read", "entries.write")
            entry = {"organisation": ember, "title": "By a program"}
            assert (await harness.get(f"/api/v2/entries?organisation={ember}", headers=bearer(reads["key"]))).status_code == 200
            assert (await harness.post("/api/v2/entries", headers=bearer(reads["key"]), json=entry)).status_code == 403
            assert (await harness.post("/api/v2/entries", headers=bearer(writes["key"]), json=entry)).status_code == 201
            assert (await harness.get(f"/api/v2/feed?organisation={ember}", headers=bearer(writes["key"]))).status_code == 403
            viewers = await harness.post("/api/v2/api_keys", by="vic", json={"name": "n", "scopes": ["entries.write"]})
            assert (await harness.post("/api/v2/entries", headers=bearer(viewers.json()["key"]), json=entry)).status_code == 403

    asyncio.run(run())


def test_a_key_gives_no_access_to_the_account_itself(harness: Harness) -> None:
    """Otherwise someone who steals a key could take over the account."""

    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner")
            made = await _key(harness, "entries.read", "organisations.manage")
            head = bearer(made["key"])
            refused = [
                await harness.post("/api/v2/api_keys", headers=head, json={"name": "n", "scopes": ["entries.read"]}),
                await harness.post("/api/v2/me/password", headers=head, json={"password": "eleven kettles on the roof"}),
                await harness.post("/api/v2/me/email", headers=head, json={"email": "x@example.com"}),
                await harness.post("/api/v2/totp", headers=head),
                await harness.delete("/api/v2/sessions", headers=head),
                await harness.delete("/api/v2/me", headers=head),
                await harness.post("/api/v2/exports", headers=head),
                await harness.get("/api/v2/exports", headers=head),
                await harness.patch("/api/v2/me", headers={**head, "If-Match": "*"}, json={"name": "n"}),
            ]
            assert {answer.status_code for answer in refused} == {403}
            assert {answer.json()["code"] for answer in refused} == {"forbidden"}

    asyncio.run(run())


def test_a_key_is_shown_once_and_stored_as_a_hash(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner")
            made = await _key(harness, "entries.read")
            listed = (await harness.get("/api/v2/api_keys", by="ada")).json()["items"]
            assert made["key"] not in str(listed)
            assert listed[0]["hint"] == made["key"][-4:]
            rows = await harness.sql("SELECT * FROM api_keys")
            assert made["key"] not in str(rows)

    asyncio.run(run())


def test_the_last_use_of_a_key_is_shown(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            made = await _key(harness, "entries.read")
            assert (await harness.get("/api/v2/api_keys", by="ada")).json()["items"][0]["seen_at"] is None
            await harness.get(f"/api/v2/entries?organisation={ember}", headers=bearer(made["key"]))
            await harness.sessions.flush()
            assert (await harness.get("/api/v2/api_keys", by="ada")).json()["items"][0]["seen_at"] == "2026-11-23T12:00:00.000Z"

    asyncio.run(run())


def test_a_key_stops_working_when_revoked_or_expired(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            path = f"/api/v2/entries?organisation={ember}"
            first, second = await _key(harness, "entries.read", days=1), await _key(harness, "entries.read", days=30)
            assert (await harness.get(path, headers=bearer(second["key"]))).status_code == 200
            await harness.events()
            assert (await harness.delete(f"/api/v2/api_keys/{second['id']}", by="ada")).status_code == 204
            assert await harness.events() == ["keys.api_key_revoked"]
            assert (await harness.get(path, headers=bearer(second["key"]))).status_code == 401
            harness.clock.advance(seconds=86_399)
            assert (await harness.get(path, headers=bearer(first["key"]))).status_code == 200
            harness.clock.advance(seconds=1)
            assert (await harness.get(path, headers=bearer(first["key"]))).status_code == 401

    asyncio.run(run())


def test_invalid_input_is_reported_by_field(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            for given, field in (
                ({"name": "", "scopes": ["entries.read"]}, "name"),
                ({"name": "n", "scopes": []}, "scopes"),
                ({"name": "n", "scopes": ["platform.admin"]}, "scopes"),
                ({"name": "n", "scopes": ["everything"]}, "scopes"),
                ({"name": "n", "scopes": ["entries.read"], "days": 0}, "days"),
                ({"name": "n", "scopes": ["entries.read"], "days": 367}, "days"),
            ):
                answer = await harness.post("/api/v2/api_keys", by="ada", json=given)
                assert (answer.status_code, [e["field"] for e in answer.json()["errors"]]) == (422, [field])
            assert await harness.sql("SELECT 1 FROM api_keys") == []

    asyncio.run(run())


def test_service_accounts_belong_to_the_organisation(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", ann="administrator", moe="member")
            base = f"/api/v2/organisations/{ember}/service_accounts"
            given = {"name": "Import", "role": "member", "scopes": ["entries.write", "entries.read"]}
            assert (await harness.post(base, by="moe", json=given)).status_code == 403
            await harness.events()
            made = (await harness.post(base, by="ann", json=given)).json()
            assert await harness.events() == [
                "keys.service_account_created",
                "keys.api_key_created",
                "organisations.service_account_added",
            ]
            posted = await harness.post("/api/v2/entries", headers=bearer(made["key"]), json={"organisation": ember, "title": "t"})
            assert posted.status_code == 201
            # It still exists after the person who created it was removed.
            assert (await harness.delete(f"/api/v2/organisations/{ember}/members/{harness.people['ann'].id}", by="ada")).status_code == 204
            assert (await harness.get(f"/api/v2/entries?organisation={ember}", headers=bearer(made["key"]))).status_code == 200
            people = (await harness.get(f"/api/v2/organisations/{ember}/members", by="ada")).json()["items"]
            assert {person["name"] for person in people} == {"Ada", "Moe"}
            cards = (await harness.get(f"/api/v2/dashboard?organisation={ember}", by="ada")).json()["cards"]
            counted = next(card["data"] for card in cards if card["name"] == "organisations.members")
            assert (counted["count"], {person["name"] for person in counted["newest"]}) == (2, {"Ada", "Moe"})
            feed = (await harness.get(f"/api/v2/feed?organisation={ember}", by="ada")).json()["items"]
            assert any("Import" in item["summary"] for item in feed)
            fresh = await harness.post(f"{base}/{made['id']}", by="ada", json={"scopes": ["entries.read"]})
            assert fresh.status_code == 201
            assert (await harness.get(f"/api/v2/entries?organisation={ember}", headers=bearer(made["key"]))).status_code == 401
            assert (await harness.delete(f"{base}/{made['id']}", by="ada")).status_code == 204
            gone = await harness.get(f"/api/v2/entries?organisation={ember}", headers=bearer(fresh.json()["key"]))
            assert gone.status_code == 401

    asyncio.run(run())


def test_a_service_account_can_neither_sign_in_nor_reset_a_password(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            base = f"/api/v2/organisations/{ember}/service_accounts"
            made = (await harness.post(base, by="ada", json={"name": "Import", "scopes": ["entries.read"]})).json()
            email = f"{made['id']}@service.invalid"
            await harness.work()
            sent = len(harness.mails())
            for path in ("/api/v2/password_resets", "/api/v2/sessions/email_code"):
                assert (await harness.post(path, json={"email": email})).status_code in {202, 422}
            assert (await harness.post("/api/v2/sessions", json={"email": email, "password": "!"})).status_code == 401
            await harness.work()
            assert len(harness.mails()) == sent

    asyncio.run(run())


def test_a_service_account_has_a_role_below_owner(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", ann="administrator")
            base = f"/api/v2/organisations/{ember}/service_accounts"
            for role in ("owner", "boss"):
                answer = await harness.post(base, by="ada", json={"name": "n", "role": role, "scopes": ["entries.read"]})
                assert answer.status_code == 422

    asyncio.run(run())


def test_no_scope_is_offered_that_no_key_can_use(harness: Harness) -> None:
    """What is sensitive is closed to keys: a key that says it can delete an organisation would only frighten whoever reviews access."""
    routes = [route.opt["rule"] for module in MODULES for route in module.routes if min(route.paths).startswith("/api/")]
    for scope in REGISTRY.scopes:
        asked = [rule for rule in routes if rule.may == scope]
        assert not asked or not all(rule.sensitive for rule in asked), scope

    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner")
            for path in ("/settings/api-keys", "/o/ember/service-accounts"):
                page = (await harness.get(path, by="ada")).text
                assert 'name="scope:entries.moderate"' in page
                assert "scope:organisations.delete" not in page
                assert "scope:organisations.transfer" not in page
            answer = await harness.post("/api/v2/api_keys", by="ada", json={"name": "n", "scopes": ["organisations.delete"]})
            assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "scopes")

    asyncio.run(run())
