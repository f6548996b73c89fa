"""Every paged list of the API, read in the smallest pages, contains each item once and comes to an end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import msgspec
import pytest
from tests.harness import NOW, Harness

from phoenix.app import openapi_document
from phoenix.modules.organisations.queries import INSERT_MEMBER

COUNT = 5
Seed = Callable[[Harness], Awaitable[tuple[str, dict[str, str]]]]


async def organisations(harness: Harness) -> tuple[str, dict[str, str]]:
    """Join organisations in another order than they were created in."""
    await harness.person("ada")
    for number in range(COUNT):
        made = await harness.organisation(f"o{number}")
        async with harness.runtime.database.transaction() as tx:
            await tx.execute(INSERT_MEMBER, made, harness.people["ada"].id, "member", NOW - timedelta(hours=number))
    return "/api/v2/organisations", {}


async def members(harness: Harness) -> tuple[str, dict[str, str]]:
    made = await harness.organisation("acme", ada="owner")
    for number in range(1, COUNT):
        person = await harness.person(f"m{number}")
        async with harness.runtime.database.transaction() as tx:
            await tx.execute(INSERT_MEMBER, made, person.id, "member", NOW - timedelta(hours=number))
    return f"/api/v2/organisations/{made}/members", {}


async def entries(harness: Harness) -> tuple[str, dict[str, str]]:
    """Post entries in another order than that of their times."""
    made = await harness.organisation("acme", ada="owner")
    for number in range(COUNT):
        data = {"organisation": made, "title": f"Entry {number}", "occurred_at": (NOW - timedelta(hours=number % 3)).isoformat()}
        assert (await harness.post("/api/v2/entries", by="ada", json=data)).status_code == 201
    return "/api/v2/entries", {"organisation": made}


async def feed(harness: Harness) -> tuple[str, dict[str, str]]:
    _, query = await entries(harness)
    return "/api/v2/feed", query


SEEDS: dict[str, Seed] = {
    "/api/v2/organisations": organisations,
    "/api/v2/organisations/{organisation_id}/members": members,
    "/api/v2/entries": entries,
    "/api/v2/feed": feed,
}


def test_every_paged_list_is_tested() -> None:
    document = msgspec.json.decode(openapi_document())
    paged = {
        path
        for path, methods in document["paths"].items()
        if any(parameter["name"] == "cursor" for parameter in methods.get("get", {}).get("parameters", ()))
    }
    assert paged == set(SEEDS)


@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.parametrize("path", sorted(SEEDS))
def test_pages_contain_each_item_once_and_come_to_an_end(harness: Harness, path: str, size: int) -> None:
    async def run() -> None:
        async with harness:
            address, query = await SEEDS[path](harness)
            given: list[str] = []
            cursor: str | None = None
            while len(given) <= COUNT:
                page = {"limit": size} if cursor is None else {"limit": size, "cursor": cursor}
                answer = (await harness.get(address, by="ada", params={**query, **page})).json()
                given += [item["id"] for item in answer["items"]]
                cursor = answer["next_cursor"]
                if cursor is None:
                    break
            assert len(given) == len(set(given)) == COUNT

    asyncio.run(run())
