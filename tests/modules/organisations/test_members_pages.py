"""Leaving, removing and inviting again, on the members page."""

from __future__ import annotations

import asyncio
import re

import httpx
from tests.harness import Harness

from phoenix.kernel.web.csrf import token_for

ROLES = ("owner", "administrator", "member", "viewer")


async def send(harness: Harness, path: str, *, by: str, htmx: bool = False) -> httpx.Response:
    csrf = token_for(harness.runtime, harness.people[by].id)
    return await harness.post(path, by=by, data={"csrf": csrf}, headers={"HX-Request": "true"} if htmx else {})


def test_members_can_leave_and_be_removed(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member", cy="viewer")
            left = await send(harness, f"/o/ember/members/{harness.people['bo'].id}/remove", by="bo")
            assert (left.status_code, left.headers["location"]) == (303, "/organisations")
            removed = await send(harness, f"/o/ember/members/{harness.people['cy'].id}/remove", by="ada")
            assert (removed.status_code, removed.headers["location"]) == (303, "/o/ember/members")
            assert await harness.events() == ["organisations.member_left", "organisations.member_left"]
            assert len(await harness.sql("SELECT 1 FROM memberships")) == 1

    asyncio.run(run())


def test_an_htmx_request_is_redirected_by_a_header(harness: Harness) -> None:
    """htmx cannot see a redirect."""

    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            left = await send(harness, f"/o/ember/members/{harness.people['bo'].id}/remove", by="bo", htmx=True)
            assert (left.status_code, left.headers["hx-redirect"]) == (200, "/organisations")
            assert "location" not in left.headers

    asyncio.run(run())


def test_a_resent_invitation_has_a_new_link(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            made = await harness.post(f"/api/v2/organisations/{ember}/invitations", by="ada", json={"email": "bo@example.com"})
            await harness.work()
            first = harness.link("bo@example.com")
            again = await send(harness, f"/o/ember/invitations/{made.json()['id']}/resend", by="ada")
            assert (again.status_code, again.headers["location"]) == (303, "/o/ember/members")
            assert await harness.work() == ["organisations.send_invitation"]
            assert harness.link("bo@example.com") != first

    asyncio.run(run())


OPTION = re.compile(r'<option value="(\w+)"[^>]*?(?:data-ask="([\w-]+)")?>')


def test_choosing_who_is_an_owner_asks_and_choosing_another_role_does_not(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="owner", cy="viewer")
            asked = {"bo": {"administrator": "end-owner", "member": "end-owner", "viewer": "end-owner"}, "cy": {"owner": "make-owner"}}
            page = (await harness.get("/o/ember/members", by="ada")).text
            for name, expected in asked.items():
                account = harness.people[name].id
                form = page.partition(f'/members/{account}/role"')[2].partition("</form>")[0]
                alone = (await harness.get(f"/o/ember/members/{account}/role", by="ada")).text
                for shown in (form, alone):
                    found = {role: asks for role, asks in OPTION.findall(shown) if role in ROLES}
                    assert found == {role: expected.get(role, "") for role in ROLES}, name
                assert 'id="make-owner"' in alone
                assert 'id="end-owner"' in alone

    asyncio.run(run())
