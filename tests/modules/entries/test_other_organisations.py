"""An entry is found only in its own organisation, and never under the address of another."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.harness import Harness

from phoenix.kernel.errors import NotFound
from phoenix.kernel.web.csrf import token_for
from phoenix.modules.entries.actions import Draft, change_entry, delete_entry, find_entry

SENT = {"title": "Changed", "body": "b", "occurred_at": "", "time_zone": "UTC", "version": "1"}
PAGES = [("GET", ""), ("GET", "/edit"), ("POST", "/edit"), ("GET", "/delete"), ("POST", "/delete")]


async def entry_in(harness: Harness, organisation: str, by: str) -> str:
    made = await harness.post("/api/v2/entries", by=by, json={"organisation": organisation, "title": "Elsewhere"})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def press(harness: Harness, method: str, path: str, by: str) -> Any:
    person = harness.people[by]
    data = {"csrf": token_for(harness.runtime, person.id), **SENT} if method == "POST" else None
    return await harness.request(method, path, by=by, data=data)


@pytest.mark.parametrize(("method", "tail"), PAGES)
@pytest.mark.parametrize("member_of_both", [True, False], ids=["member of both", "stranger there"])
def test_pages_of_one_organisation_cannot_show_or_change_an_entry_of_another(
    harness: Harness, method: str, tail: str, member_of_both: bool
) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner")
            there = await harness.organisation("birch", **({"ada": "owner"} if member_of_both else {}), bo="owner")
            entry = await entry_in(harness, there, "bo")
            await harness.events()
            answer = await press(harness, method, f"/o/ember/entries/{entry}{tail}", "ada")
            assert answer.status_code == 404, answer.text[:500]
            assert "Elsewhere" not in answer.text
            assert await harness.events() == []
            (row,) = await harness.sql("SELECT title, version FROM entries")
            assert (row["title"], row["version"]) == ("Elsewhere", 1)
            # Under its own address the same form works, for members there.
            right = await press(harness, method, f"/o/birch/entries/{entry}{tail}", "bo")
            assert right.status_code in {200, 303}

    asyncio.run(run())


@pytest.mark.parametrize("role", ["viewer", "member", "administrator", "owner"])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_a_role_in_another_organisation_gives_no_access_to_an_entry(harness: Harness, method: str, role: str) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada=role)
            there = await harness.organisation("birch", bo="owner")
            entry = await entry_in(harness, there, "bo")
            await harness.events()
            more: dict[str, Any] = {"json": {"title": "Changed"}} if method == "PATCH" else {}
            answer = await harness.request(method, f"/api/v2/entries/{entry}", by="ada", headers={"If-Match": "*"}, **more)
            # People without the permission are refused first, so nobody learns whether the entry exists.
            nowhere = role == "viewer" and method != "GET"
            assert (answer.status_code, answer.json()["code"]) == ((403, "forbidden") if nowhere else (404, "not_found"))
            assert await harness.events() == []

    asyncio.run(run())


def test_actions_refuse_a_membership_of_another_organisation(harness: Harness) -> None:
    """Even if a page or another module forgot to check."""

    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            entry_id = await entry_in(harness, await harness.organisation("birch", ada="owner"), "ada")
            actor = await harness.sessions.find(harness.people["ada"].token)
            assert actor is not None
            proof = actor.require("entries.write", ember)
            async with harness.runtime.database.transaction() as tx:
                entry = await find_entry(tx, entry_id)
                with pytest.raises(NotFound):
                    await change_entry(tx, proof, entry, Draft(title="Changed"), versions=None)
                with pytest.raises(NotFound):
                    await delete_entry(tx, proof, entry, versions=None)
                assert tx.events == []

    asyncio.run(run())
