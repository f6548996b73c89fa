"""Whoever loses the right to invite or to make keys: the other owners read whom they had invited and which keys they may still have."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

import pytest
from tests.breaking.authority import invite, lock
from tests.breaking.test_keys_of_lost_authority import MARKS, key_of_service_account, works
from tests.harness import Harness
from tests.modules.admin.panel import Panel

from phoenix.kernel.actor import ADMINISTRATOR
from phoenix.kernel.web.csrf import token_for as csrf_token
from phoenix.modules.organisations.jobs import KEYS_LEFT_A_DAY


async def form(harness: Harness, path: str, by: str = "ada", **sent: str) -> str:
    answer = await harness.post(path, by=by, data={"csrf": csrf_token(harness.runtime, harness.people[by].id), **sent})
    assert answer.status_code == 303, answer.text[:2000]
    return str(answer.headers["location"])


async def removed(harness: Harness, ember: str) -> None:
    bo = harness.people["bo"].id
    page = (await harness.get("/o/ember/members", by="ada")).text
    row = re.search(rf'<form[^>]*/members/{bo}/remove" data-ask="([\w-]+)"', page)
    assert row
    question = page.partition(f'<dialog class="dialog" id="{row[1]}"')[2].partition("</dialog>")[0]
    assert "but may still have keys that they created for service accounts" in question
    assert page.count('data-ask="remove-maker"') == 1, "only on the row of whoever made keys"
    assert await form(harness, f"/o/ember/members/{bo}/remove") == "/o/ember/service-accounts"


async def demoted(harness: Harness, ember: str) -> None:
    del ember
    page = (await harness.get(f"/o/ember/members/{harness.people['bo'].id}/role", by="ada")).text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    path = f"/o/ember/members/{harness.people['bo'].id}/role"
    assert await form(harness, path, role="viewer", version=version[1]) == "/o/ember/service-accounts"


async def removed_by_a_client(harness: Harness, ember: str) -> None:
    assert (await harness.delete(f"/api/v2/organisations/{ember}/members/{harness.people['bo'].id}", by="ada")).status_code == 204


async def left(harness: Harness, ember: str) -> None:
    del ember
    assert await form(harness, f"/o/ember/members/{harness.people['bo'].id}/remove", by="bo") == "/organisations"


async def ended_by_staff(harness: Harness, ember: str) -> None:
    async with Panel(harness) as panel:
        path = f"/staff/access/roles/{ember}/{harness.people['bo'].id}/end"
        assert (await panel.post(path, by="eve")).status_code == 303


async def locked(harness: Harness, ember: str) -> None:
    del ember
    assert await lock(harness, "bo", by="eve") == 303


@pytest.mark.parametrize("lose", [removed, demoted, removed_by_a_client, left, ended_by_staff, locked], ids=lambda lose: str(lose.__name__))
def test_the_other_owners_are_told_what_they_need_to_act(harness: Harness, lose: Callable[[Harness, str], Awaitable[None]]) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="administrator", cy="owner", dee="administrator")
            await harness.person("eve", permissions=(ADMINISTRATOR,))
            key = await key_of_service_account(harness, ember, "bo")
            await invite(harness, ember, "bo", "new@example.com", "administrator")
            await harness.work()
            await lose(harness, ember)
            await harness.work()
            stops = lose is locked
            assert await works(harness, ember, key) is not stops
            mails = {mail.subject: MARKS.sub("", mail.text) for mail in harness.mails("cy@example.com")}
            (invitations,) = (text for subject, text in mails.items() if "pending invitations they sent" in MARKS.sub("", subject))
            assert "Bo can no longer invite people to Ember" in invitations
            # Only our own links can be clicked.
            assert "new@ example. com (administrator)" in invitations
            assert "/o/ember/members" in invitations
            (keys,) = (text for subject, text in mails.items() if "keys that they created" in MARKS.sub("", subject))
            assert ("The account of Bo was locked" if stops else "Bo can no longer manage service accounts of Ember") in keys
            assert "Renew the keys of Import" in keys
            assert "/o/ember/service-accounts" in keys
            told_themselves = [mail for mail in harness.mails("ada@example.com") if "keys that they created" in MARKS.sub("", mail.subject)]
            assert bool(told_themselves) is (lose in {left, ended_by_staff, locked}), "whoever does it reads it on the page"

    asyncio.run(run())


def test_a_role_taken_and_given_back_does_not_flood_the_owners(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="administrator", cy="owner")
            await key_of_service_account(harness, ember, "bo")
            path = f"/api/v2/organisations/{ember}/members/{harness.people['bo'].id}"
            for _ in range(KEYS_LEFT_A_DAY.amount + 2):
                for role in ("viewer", "administrator"):
                    assert (await harness.patch(path, by="ada", json={"role": role}, headers={"If-Match": "*"})).status_code == 204
            assert (await harness.patch(path, by="ada", json={"role": "viewer"}, headers={"If-Match": "*"})).status_code == 204
            await harness.work()
            assert len(harness.mails("cy@example.com")) == KEYS_LEFT_A_DAY.amount

    asyncio.run(run())
