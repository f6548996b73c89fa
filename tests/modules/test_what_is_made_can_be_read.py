"""The Location of a 201 response can be read by the person who created it, and by no one else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest
from tests.harness import Harness
from tests.modules.factors.passkeys import add_passkey
from tests.software_passkey import Authenticator

Make = Callable[[Harness, str], Awaitable[httpx.Response]]


async def api_key(harness: Harness, _organisation: str) -> httpx.Response:
    return await harness.post("/api/v2/api_keys", by="ada", json={"name": "Import", "scopes": ["entries.read"]})


async def passkey(harness: Harness, _organisation: str) -> httpx.Response:
    return await add_passkey(harness, Authenticator(), by="ada")


async def session(harness: Harness, _organisation: str) -> httpx.Response:
    return await harness.sign_in("ada")


async def invitation(harness: Harness, organisation: str) -> httpx.Response:
    return await harness.post(f"/api/v2/organisations/{organisation}/invitations", by="ada", json={"email": "bo@example.com"})


async def service_account(harness: Harness, organisation: str) -> httpx.Response:
    data = {"name": "Import", "scopes": ["entries.read"]}
    return await harness.post(f"/api/v2/organisations/{organisation}/service_accounts", by="ada", json=data)


async def entry(harness: Harness, organisation: str) -> httpx.Response:
    return await harness.post("/api/v2/entries", by="ada", json={"organisation": organisation, "title": "Valve replaced"})


async def new_organisation(harness: Harness, _organisation: str) -> httpx.Response:
    return await harness.post("/api/v2/organisations", by="ada", json={"name": "Ash"})


@pytest.mark.parametrize("make", [api_key, passkey, session, invitation, service_account, entry, new_organisation])
def test_the_location_of_a_201_response_can_be_read(harness: Harness, make: Make) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            ember = await harness.organisation("ember", ada="owner", eve="viewer")
            made = await make(harness, ember)
            assert made.status_code == 201, made.text
            place = made.headers["location"]
            read = await harness.get(place, by="ada")
            assert read.status_code == 200, read.text
            assert read.json()["id"] == place.rpartition("/")[2]
            assert "key" not in read.json()
            await harness.organisation("elsewhere", mallory="owner")
            refused = await harness.get(place, by="mallory")
            assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
            gone = await harness.get(f"{place}x", by="ada")
            assert (gone.status_code, gone.json()["code"]) == (404, "not_found")

    asyncio.run(run())
