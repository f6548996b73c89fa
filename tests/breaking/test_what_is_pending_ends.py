"""What someone has pending or made ends with their right to it, and does not come back with that: whoever had their account may have made it."""

from __future__ import annotations

import ast
import asyncio
import re
from collections.abc import Awaitable, Callable

import pytest
from tests.breaking.authority import invite, lock, unlock
from tests.harness import Harness
from tests.modules.admin.panel import Panel
from tests.source import SOURCE

from phoenix.kernel.actor import ADMINISTRATOR

Step = Callable[[Harness, str], Awaitable[object]]
Holds = Callable[[Harness, str], Awaitable[bool]]
# What isolates the direction of names in a sentence.
MARKS = re.compile("[\u2066-\u2069]")
SCOPES = ["entries.read", "organisations.invite"]


async def _role(harness: Harness, ember: str, role: str) -> None:
    path = f"/api/v2/organisations/{ember}/members/{harness.people['bo'].id}"
    assert (await harness.patch(path, by="ada", json={"role": role})).status_code == 204


async def _demoted(harness: Harness, ember: str) -> None:
    await _role(harness, ember, "viewer")
    await _role(harness, ember, "owner")


async def _locked(harness: Harness, ember: str) -> None:
    del ember
    assert await lock(harness, "bo", by="eve") == 303
    assert await unlock(harness, "bo", by="eve") == 303


async def _removed(harness: Harness, ember: str) -> None:
    path = f"/api/v2/organisations/{ember}/members/{harness.people['bo'].id}"
    assert (await harness.delete(path, by="ada")).status_code == 204
    await _invited_again(harness, ember)


async def _left(harness: Harness, ember: str) -> None:
    path = f"/api/v2/organisations/{ember}/members/{harness.people['bo'].id}"
    assert (await harness.delete(path, by="bo")).status_code == 204
    await _invited_again(harness, ember)


async def _ended_by_staff(harness: Harness, ember: str) -> None:
    async with Panel(harness) as panel:
        answer = await panel.post(f"/staff/access/roles/{ember}/{harness.people['bo'].id}/end", by="eve")
        assert answer.status_code == 303, answer.text
    await _invited_again(harness, ember)


async def _invited_again(harness: Harness, ember: str) -> None:
    invitation = await invite(harness, ember, "ada", "bo@example.com", "owner")
    assert (await harness.post(f"/api/v2/invitations/{invitation}/accept", by="bo")).status_code == 200


async def _offers(harness: Harness, ember: str) -> None:
    path = f"/api/v2/organisations/{ember}/transfer"
    assert (await harness.post(path, by="bo", json={"account": harness.people["cy"].id})).status_code == 201


async def _is_offered(harness: Harness, ember: str) -> None:
    """Bo is not an owner yet, and becomes and ceases to be one."""
    await _role(harness, ember, "member")
    path = f"/api/v2/organisations/{ember}/transfer"
    assert (await harness.post(path, by="ada", json={"account": harness.people["bo"].id})).status_code == 201


async def _is_open(harness: Harness, ember: str) -> bool:
    return (await harness.get(f"/api/v2/organisations/{ember}/transfer", by="ada")).status_code == 200


async def _invites(harness: Harness, ember: str) -> None:
    await invite(harness, ember, "bo", "mallory@example.com", "administrator")


async def _is_invited(harness: Harness, ember: str) -> bool:
    listed = (await harness.get(f"/api/v2/organisations/{ember}/invitations", by="ada")).json()["items"]
    return "mallory@example.com" in {one["email"] for one in listed}


PENDING: dict[str, tuple[Step, Holds]] = {"an offer of ownership": (_offers, _is_open), "an invitation": (_invites, _is_invited)}
LOST: dict[str, Step] = {"demoted": _demoted, "locked": _locked, "removed": _removed, "left": _left, "removed by staff": _ended_by_staff}


async def _begin(harness: Harness) -> str:
    ember = await harness.organisation("ember", ada="owner", bo="owner", cy="member")
    await harness.person("eve", permissions=(ADMINISTRATOR,))
    return ember


@pytest.mark.parametrize("lost", LOST)
@pytest.mark.parametrize("pending", PENDING)
def test_it_ends_with_the_right_and_does_not_come_back(harness: Harness, pending: str, lost: str) -> None:
    async def run() -> None:
        async with harness:
            ember = await _begin(harness)
            start, holds = PENDING[pending]
            await start(harness, ember)
            assert await holds(harness, ember)
            await LOST[lost](harness, ember)
            assert not await holds(harness, ember)

    asyncio.run(run())


def test_whatever_removes_a_member_withdraws_what_they_have_pending() -> None:
    removing = [
        (path.name, node.name, {called.id for called in ast.walk(node) if isinstance(called, ast.Name)})
        for path in SOURCE.rglob("modules/**/actions/*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.AsyncFunctionDef) and "queries.REMOVE" in {ast.unparse(used) for used in ast.walk(node)}
    ]
    assert {name for _file, name, _called in removing} >= {"_end", "end_service_account"}
    assert [(file, name) for file, name, called in removing if "withdraw_pending" not in called] == []


def test_an_offer_ends_with_the_lock_of_whoever_it_was_made_to(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await _begin(harness)
            await _is_offered(harness, ember)
            await _locked(harness, ember)
            assert not await _is_open(harness, ember)

    asyncio.run(run())


def test_an_offer_to_someone_who_became_an_owner_meanwhile_ends(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await _begin(harness)
            await _is_offered(harness, ember)
            await _role(harness, ember, "owner")
            await _role(harness, ember, "member")
            assert not await _is_open(harness, ember)
            await harness.work()
            told = "The offer of ownership of Ember from Ada to Bo has ended, because the access of one of them changed."
            assert any(told in MARKS.sub("", mail.text) for mail in harness.mails("ada@example.com"))

    asyncio.run(run())


def test_invitations_of_a_service_account_end_with_it(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await _begin(harness)
            path = f"/api/v2/organisations/{ember}/service_accounts"
            made = (await harness.post(path, by="ada", json={"name": "Import", "role": "administrator", "scopes": SCOPES})).json()
            headers = {"Authorization": f"Bearer {made['key']}"}
            sent = {"email": "mallory@example.com", "role": "administrator"}
            assert (await harness.post(f"/api/v2/organisations/{ember}/invitations", headers=headers, json=sent)).status_code == 201
            assert (await harness.delete(f"{path}/{made['id']}", by="ada")).status_code == 204
            assert not await _is_invited(harness, ember)

    asyncio.run(run())


def test_a_lock_revokes_the_persons_own_keys_and_says_so(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await _begin(harness)
            made = await harness.post("/api/v2/api_keys", by="bo", json={"name": "Till", "scopes": ["entries.read"]})
            headers = {"Authorization": f"Bearer {made.json()['key']}"}
            assert (await harness.get("/api/v2/me", headers=headers)).status_code == 200
            assert await lock(harness, "bo", by="eve") == 303
            await harness.work()
            assert any("your API keys were revoked: “Till”." in MARKS.sub("", mail.text) for mail in harness.mails("bo@example.com"))
            assert await unlock(harness, "bo", by="eve") == 303
            assert (await harness.get("/api/v2/me", headers=headers)).status_code == 401

    asyncio.run(run())
