"""Two administrators change the role of one member: the second is shown the first change before overwriting it."""

from __future__ import annotations

import asyncio
import re

import httpx
from tests.harness import Harness

from phoenix.kernel.web.csrf import token_for


async def send(harness: Harness, by: str, **form: str) -> httpx.Response:
    csrf = token_for(harness.runtime, harness.people[by].id)
    return await harness.post(f"/o/ember/members/{harness.people['bo'].id}/role", by=by, data={"csrf": csrf, **form})


def offered(page: str, account: str) -> tuple[str, str]:
    """The version that a member's form was shown with, and the role selected in it."""
    form = re.search(rf'<form[^>]*/members/{account}/role"[^>]*>.*?</form>', page, re.DOTALL)
    assert form is not None
    version, selected = re.search(r'name="version" value="(\d+)"', form[0]), re.search(r'value="(\w+)" selected', form[0])
    assert version is not None
    assert selected is not None
    return version[1], selected[1]


def test_a_role_that_someone_else_has_changed_must_be_confirmed(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", cy="administrator", bo="viewer")
            bo = harness.people["bo"].id
            first, selected = offered((await harness.get("/o/ember/members", by="ada")).text, bo)
            assert (first, selected) == offered((await harness.get("/o/ember/members", by="cy")).text, bo)
            assert selected == "viewer"
            assert (await send(harness, "ada", role="member", version=first)).status_code == 303
            stale = await send(harness, "cy", role="administrator", version=first)
            assert stale.status_code == 412
            assert "Someone else changed this role to member after you opened the page." in stale.text
            second, selected = offered(stale.text, bo)
            assert second != first
            assert selected == "administrator"
            assert await harness.events() == ["organisations.role_changed"]
            # Having seen the change, they can change the role.
            assert (await send(harness, "cy", role="administrator", version=second)).status_code == 303
            # Setting the same role is no conflict.
            assert (await send(harness, "ada", role="administrator", version=second)).status_code == 303
            assert await harness.events() == ["organisations.role_changed"]
            # Back at the role that was shown, but not at its version.
            third, _ = offered((await harness.get("/o/ember/members", by="ada")).text, bo)
            assert (await send(harness, "ada", role="viewer", version=third)).status_code == 303
            assert (await send(harness, "cy", role="member", version=first)).status_code == 412

    asyncio.run(run())


def test_two_programs_that_change_one_role_are_told_of_each_other(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="viewer")
            path = f"/api/v2/organisations/{ember}/members"
            (version,) = [m["version"] for m in (await harness.get(path, by="ada")).json()["items"] if m["role"] == "viewer"]
            one = f"{path}/{harness.people['bo'].id}"
            seen = {"If-Match": f'"{version}"'}
            first = await harness.patch(one, by="ada", json={"role": "member"}, headers=seen)
            assert (first.status_code, first.headers["etag"] in {"", seen["If-Match"]}) == (204, False)
            second = await harness.patch(one, by="ada", json={"role": "administrator"}, headers=seen)
            assert (second.status_code, second.json()["code"]) == (412, "role_changed_since")
            current = first.headers["etag"]
            for role, header in (("administrator", "{}"), ("member", '"x", {}'), ("administrator", "*")):
                answer = await harness.patch(one, by="ada", json={"role": role}, headers={"If-Match": header.format(current)})
                assert answer.status_code == 204, header
                current = answer.headers["etag"]
            # What a client of the last release sends.
            assert (await harness.patch(one, by="ada", json={"role": "viewer"})).status_code == 204
            (now,) = [m for m in (await harness.get(path, by="ada")).json()["items"] if m["id"] == harness.people["bo"].id]
            assert now["role"] == "viewer"
            assert f'"{now["version"]}"' != current

    asyncio.run(run())
