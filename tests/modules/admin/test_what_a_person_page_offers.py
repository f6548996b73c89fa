"""The page of a person offers staff what they can do to that account, and nothing that is always refused."""

from __future__ import annotations

import asyncio
import re

import httpx
import pytest
from tests.breaking.authority import REASON
from tests.harness import Harness
from tests.modules.admin.panel import Panel

from phoenix.composition import REGISTRY
from phoenix.kernel.actor import ADMINISTRATOR

STAFF = sorted(name for name, permission in REGISTRY.permissions.items() if permission.scope == "platform" and name != ADMINISTRATOR)
FORM = re.compile(r'<form[^>]* action="(/staff/people/[^"]+)"(.*?)</form>', re.DOTALL)
OPTION = re.compile(r'<option value="([^"]+)"')
HIDDEN = re.compile(r'<input type="hidden" name="(permission)" value="([^"]+)"')


async def target(harness: Harness, kind: str) -> str:
    if kind == "service account":
        ember = await harness.organisation("ember", ada="owner")
        body = {"name": "Import", "role": "member", "scopes": ["entries.read"]}
        made = await harness.post(f"/api/v2/organisations/{ember}/service_accounts", by="ada", json=body)
        return str(made.json()["id"])
    permissions = {"administrator": (ADMINISTRATOR,), "colleague": ("platform.jobs",)}.get(kind, ())
    person = await harness.person("bo", permissions=permissions, password=True)
    return person.id


@pytest.mark.parametrize("by", ["some staff", "an administrator"])
@pytest.mark.parametrize("kind", ["person", "locked", "erased", "colleague", "administrator", "service account", "themselves"])
def test_nothing_is_offered_that_is_refused(harness: Harness, kind: str, by: str) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            # Without impersonation with changes, which takes two people.
            some = tuple(name for name in STAFF if name not in {"platform.jobs", "platform.impersonate_and_write"})
            eve = await harness.person("eve", permissions=(ADMINISTRATOR,) if by == "an administrator" else some)
            await harness.person("root", permissions=(ADMINISTRATOR,))
            account = eve.id if kind == "themselves" else await target(harness, kind)
            if kind == "locked":
                assert (await panel.post(f"/staff/people/{account}/lock", by="root", reason=REASON)).status_code == 303
            if kind == "erased":
                await harness.sql("UPDATE accounts SET erased_at = now() WHERE id = $1", account)
            page = await panel.get(f"/staff/people/{account}", by="eve")
            assert page.status_code == 200
            offered = FORM.findall(page.text)
            beyond = (kind, by) in {("administrator", "some staff"), ("colleague", "some staff")}
            assert bool(offered) != (beyond or kind == "erased")
            assert ("has permissions that yours lacks" in page.text) is beyond
            await refused_none(panel, account, page, offered)

    asyncio.run(run())


async def refused_none(panel: Panel, account: str, page: httpx.Response, offered: list[tuple[str, str]]) -> None:
    """Follow each link and send each form, those that give or take permissions and lock last."""
    if f"/staff/people/{account}/impersonation" in page.text:
        sent = {"reason": REASON, "minutes": "5"}
        assert (await panel.post(f"/staff/people/{account}/impersonation", by="eve", **sent)).status_code == 303
    last = ("permissions/take", "force-reset", "end-all", "lock")
    for path, inside in sorted(offered, key=lambda form: next((n for n, end in enumerate(last) if form[0].endswith(end)), -1)):
        for sent in (
            [{name: value} for name, value in HIDDEN.findall(inside)] or [{"permission": one} for one in OPTION.findall(inside)] or [{}]
        ):
            answer = await panel.post(path, by="eve", **({"reason": REASON} if path.endswith("/lock") else sent))
            assert answer.status_code not in {403, 409}, (path, sent, answer.text[:2000])
