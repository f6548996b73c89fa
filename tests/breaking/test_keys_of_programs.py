"""An API key may what its scopes say, on every way there is; a program never owns an organisation."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
import socketio
from tests.factors import bearer
from tests.house import House

from phoenix.kernel.data.events import Recorded
from phoenix.kernel.realtime.sockets import Sockets
from phoenix.kernel.web.session_reader import LogIns


async def _key(house: House, *scopes: str, by: str = "ada") -> dict[str, str]:
    made = await house.post("/api/v2/api_keys", by=by, json={"name": "n", "scopes": list(scopes)})
    assert made.status_code == 201, made.text
    return bearer(made.json()["key"])


@pytest.mark.parametrize("path", ["/api/v2/feed", "/api/v2/dashboard"])
def test_what_is_in_the_cache_is_not_for_a_key_without_the_scope(house: House, path: str) -> None:
    async def run() -> None:
        async with house:
            await house.organisation("acme", ada="owner")
            url = f"{path}?organisation={house.organisations['acme']}"
            key = await _key(house, "entries.read")
            assert (await house.get(url, headers=key)).status_code == 403
            # The owner fills the cache; the key is known to this process from before.
            assert (await house.get(url, by="ada")).status_code == 200
            assert (await house.get(url, headers=key)).status_code == 403

    asyncio.run(run())


def test_a_key_sees_the_cards_of_its_scopes_alone(house: House) -> None:
    """Neither what the owner sees, nor what the owner's cache holds."""

    async def run() -> None:
        async with house:
            await house.organisation("acme", ada="owner")
            url = f"/api/v2/dashboard?organisation={house.organisations['acme']}"
            full = await house.get(url, by="ada")
            narrow = await house.get(url, headers=await _key(house, "dashboard.read"))
            assert narrow.status_code == 200
            assert len(full.json()["cards"]) > 0
            assert narrow.json()["cards"] == []

    asyncio.run(run())


def test_a_program_becomes_no_owner(house: House) -> None:
    """Neither when it is made, nor by a role later: nobody could answer for it."""

    async def run() -> None:
        async with house:
            org = await house.organisation("acme", ada="owner", bob="member")
            base = f"/api/v2/organisations/{org}"
            made = await house.post(f"{base}/service_accounts", by="ada", json={"name": "Import", "scopes": ["organisations.manage"]})
            program = made.json()["id"]
            raised = await house.patch(f"{base}/members/{program}", by="ada", json={"role": "owner"})
            assert raised.status_code == 404
            # So the only person who owns it stays.
            left = await house.delete(f"{base}/members/{house.people['ada'].id}", by="ada")
            assert (left.status_code, left.json()["code"]) == (409, "last_owner")
            roles = await house.sql("SELECT role FROM memberships WHERE account_id = $1", program)
            assert roles[0]["role"] == "member"

    asyncio.run(run())


def test_a_program_is_not_removed_as_a_member_with_its_keys_alive(house: House) -> None:
    async def run() -> None:
        async with house:
            org = await house.organisation("acme", ada="owner")
            base = f"/api/v2/organisations/{org}"
            made = (await house.post(f"{base}/service_accounts", by="ada", json={"name": "Import", "scopes": ["entries.read"]})).json()
            assert (await house.delete(f"{base}/members/{made['id']}", by="ada")).status_code == 404
            assert (await house.delete(f"{base}/service_accounts/{made['id']}", by="ada")).status_code == 204
            assert (await house.get("/api/v2/me", headers=bearer(made["key"]))).status_code == 401

    asyncio.run(run())


def test_more_keys_than_the_list_shows_cannot_be_made(house: House) -> None:
    """A key that the list leaves out could never be found and ended."""

    async def run() -> None:
        async with house:
            await house.person("ada")
            given = {"name": "n", "scopes": ["entries.read"]}
            statuses = [(await house.post("/api/v2/api_keys", by="ada", json=given)).status_code for _n in range(101)]
            assert statuses == [201] * 100 + [409]

    asyncio.run(run())


def test_a_key_opens_no_socket(house: House) -> None:
    """Rooms are told things whatever the scopes of a key are."""

    async def run() -> None:
        async with house:
            await house.organisation("acme", ada="owner")
            key = (await _key(house, "entries.read"))["Authorization"].removeprefix("Bearer ")
            sockets = Sockets(house.runtime, LogIns(house.runtime), _nothing)
            with pytest.raises(socketio.exceptions.ConnectionRefusedError):
                await sockets._connect("sid", {}, {"token": key})
            assert sockets.count == 0

    asyncio.run(run())


async def _nothing(_batch: Sequence[Recorded]) -> list[tuple[str, str, Any]]:
    return []
