"""An API key can do only what its scopes allow, on every route; a service account never owns an organisation."""

from __future__ import annotations

import asyncio

import pytest
from tests.factors import bearer
from tests.harness import Harness
from tests.sockets import Socket, live


async def _key(harness: Harness, *scopes: str, by: str = "ada") -> dict[str, str]:
    made = await harness.post("/api/v2/api_keys", by=by, json={"name": "n", "scopes": list(scopes)})
    assert made.status_code == 201, made.text
    return bearer(made.json()["key"])


@pytest.mark.parametrize("path", ["/api/v2/feed", "/api/v2/dashboard"])
def test_a_key_without_the_scope_gets_nothing_from_the_cache(harness: Harness, path: str) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("acme", ada="owner")
            url = f"{path}?organisation={harness.organisations['acme']}"
            key = await _key(harness, "entries.read")
            assert (await harness.get(url, headers=key)).status_code == 403
            # The owner fills the cache; this process already knows the key.
            assert (await harness.get(url, by="ada")).status_code == 200
            assert (await harness.get(url, headers=key)).status_code == 403

    asyncio.run(run())


def test_a_key_sees_only_the_cards_of_its_scopes(harness: Harness) -> None:
    """It gets neither what the owner sees nor what is cached for the owner."""

    async def run() -> None:
        async with harness:
            await harness.organisation("acme", ada="owner")
            url = f"/api/v2/dashboard?organisation={harness.organisations['acme']}"
            full = await harness.get(url, by="ada")
            narrow = await harness.get(url, headers=await _key(harness, "dashboard.read"))
            assert narrow.status_code == 200
            assert len(full.json()["cards"]) > 0
            assert narrow.json()["cards"] == []

    asyncio.run(run())


def test_a_service_account_cannot_become_an_owner(harness: Harness) -> None:
    """Neither when it is created nor by a later change of role, because nobody would be responsible for the organisation."""

    async def run() -> None:
        async with harness:
            org = await harness.organisation("acme", ada="owner", bob="member")
            base = f"/api/v2/organisations/{org}"
            made = await harness.post(f"{base}/service_accounts", by="ada", json={"name": "Import", "scopes": ["organisations.manage"]})
            program = made.json()["id"]
            raised = await harness.patch(f"{base}/members/{program}", by="ada", json={"role": "owner"})
            assert raised.status_code == 404
            # So the only person among the owners cannot leave.
            left = await harness.delete(f"{base}/members/{harness.people['ada'].id}", by="ada")
            assert (left.status_code, left.json()["code"]) == (409, "last_owner")
            roles = await harness.sql("SELECT role FROM memberships WHERE account_id = $1", program)
            assert roles[0]["role"] == "member"

    asyncio.run(run())


def test_a_service_account_is_removed_with_its_keys_and_never_as_a_member(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            org = await harness.organisation("acme", ada="owner")
            base = f"/api/v2/organisations/{org}"
            made = (await harness.post(f"{base}/service_accounts", by="ada", json={"name": "Import", "scopes": ["entries.read"]})).json()
            assert (await harness.delete(f"{base}/members/{made['id']}", by="ada")).status_code == 404
            assert (await harness.delete(f"{base}/service_accounts/{made['id']}", by="ada")).status_code == 204
            assert (await harness.get("/api/v2/me", headers=bearer(made["key"]))).status_code == 401

    asyncio.run(run())


def test_no_more_keys_can_be_created_than_the_list_shows(harness: Harness) -> None:
    """A key that is missing from the list could never be found and revoked."""

    async def run() -> None:
        async with harness:
            await harness.person("ada")
            given = {"name": "n", "scopes": ["entries.read"]}
            statuses = [(await harness.post("/api/v2/api_keys", by="ada", json=given)).status_code for _n in range(101)]
            assert statuses == [201] * 100 + [409]

    asyncio.run(run())


def test_a_key_cannot_open_a_socket(harness: Harness) -> None:
    """Everything is sent to a room, whatever the scopes of a key."""

    async def run() -> None:
        async with harness:
            await harness.organisation("acme", ada="owner")
            key = (await _key(harness, "entries.read"))["Authorization"].removeprefix("Bearer ")
            async with live(harness) as here, Socket(here) as socket:
                assert "not_logged_in" in await socket.sign_in(key)
                assert not here.sockets.open

    asyncio.run(run())


def test_a_key_with_the_scope_still_opens_nothing_sensitive(harness: Harness) -> None:
    """A sensitive act takes a person who has just authenticated, whatever the key may do otherwise."""

    async def run() -> None:
        async with harness:
            org = await harness.organisation("acme", ada="owner")
            head = await _key(harness, "organisations.manage")
            path = f"/api/v2/organisations/{org}/service_accounts"
            refused = await harness.post(path, headers=head, json={"name": "Another", "scopes": ["organisations.manage"]})
            assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
            assert await harness.sql("SELECT 1 FROM accounts WHERE kind = 'service'") == []

    asyncio.run(run())
