"""Two administrators change the role of one member: the second is shown the first change before overwriting it."""

from __future__ import annotations

import asyncio
import re

import httpx
from tests.harness import Harness

from phoenix.kernel.web.csrf import token_for


async def send(harness: Harness, by: str, **form: str) -> httpx.Response:
    csrf = token_for(harness.runtime.keys, harness.people[by].session)
    return await harness.post(f"/o/ember/members/{harness.people['bo'].id}/role", by=by, data={"csrf": csrf, **form})


def offered(page: str, account: str) -> tuple[str, str]:
    """The role that a member's form was shown with, and the role selected in it."""
    form = re.search(rf'<form[^>]*/members/{account}/role">.*?</form>', page, re.DOTALL)
    assert form is not None
    shown, selected = re.search(r'name="shown" value="(\w+)"', form[0]), re.search(r'value="(\w+)" selected', form[0])
    assert shown is not None
    assert selected is not None
    return shown[1], selected[1]


def test_a_role_that_someone_else_has_changed_must_be_confirmed(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", cy="administrator", bo="viewer")
            bo = harness.people["bo"].id
            for name in ("ada", "cy"):
                assert offered((await harness.get("/o/ember/members", by=name)).text, bo) == ("viewer", "viewer")
            assert (await send(harness, "ada", role="member", shown="viewer")).status_code == 303
            stale = await send(harness, "cy", role="administrator", shown="viewer")
            assert stale.status_code == 409
            assert "Someone else changed this role to member after you opened the page." in stale.text
            assert offered(stale.text, bo) == ("member", "member")
            invitation = stale.text[stale.text.index('id="invite"') :]
            assert re.findall(r'value="(\w+)" selected', invitation) == ["member"], "the invitation form is not filled in from this one"
            assert await harness.events() == ["organisations.role_changed"]
            # Having seen the change, they can change the role.
            assert (await send(harness, "cy", role="administrator", shown="member")).status_code == 303
            # Setting the same role is no conflict, and a page of an older release does not send the role it was shown with.
            assert (await send(harness, "ada", role="administrator", shown="member")).status_code == 303
            assert (await send(harness, "ada", role="viewer")).status_code == 303
            assert await harness.events() == ["organisations.role_changed"] * 2

    asyncio.run(run())
