"""What is checked when a handler has run holds for the API and for pages alike, and before anything is committed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.harness import Harness
from tests.modules.admin.panel import Panel

from phoenix.composition import MODULES
from phoenix.kernel.module import Module
from phoenix.kernel.registry import Registry
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.csrf import token_for
from phoenix.kernel.web.endpoint import post
from phoenix.kernel.web.pages import Redirect, View, form
from phoenix.kernel.web.rules import FOUND, SIGNED_IN
from phoenix.modules.accounts.events import PermissionGranted, ProfileChanged
from phoenix.modules.organisations.events import MemberLeft, RoleEnded


async def grant(call: Call) -> None:
    call.tx.record(PermissionGranted(subject=call.actor.account, permission="platform.jobs"))


async def change(call: Call) -> None:
    call.tx.record(ProfileChanged(subject=call.actor.account, fields=["name"]))


@post("/api/v2/handled/act", may=SIGNED_IN, queries=9)
async def act_by_api(call: Call) -> None:
    await grant(call)


@form("/handled/act", may=SIGNED_IN, queries=9)
async def act_by_form(call: Call) -> Redirect:
    await grant(call)
    return Redirect("/")


@post("/api/v2/handled/found", may="entries.write", within=FOUND, queries=9)
async def unfound_by_api(call: Call) -> None:
    await change(call)


@form("/handled/found", may="entries.write", within=FOUND, queries=9)
async def unfound_by_form(call: Call) -> Redirect:
    await change(call)
    return Redirect("/")


@post("/api/v2/handled/budget", may=SIGNED_IN, queries=0)
async def above_budget_by_api(call: Call) -> None:
    await change(call)


@form("/handled/budget", may=SIGNED_IN, queries=0)
async def above_budget_by_form(call: Call) -> Redirect:
    await change(call)
    return Redirect("/")


@form("/handled/unshown", may=SIGNED_IN, queries=9)
async def not_shown(call: Call) -> View:
    """Would show something after a form: loaded again, it would be sent again."""
    await change(call)
    return View("sign_in/terms.html")


@form("/handled/shown", may=SIGNED_IN, queries=9)
async def shown(call: Call) -> Redirect:
    await change(call)
    return Redirect("/terms")


@form("/staff/handled", may=SIGNED_IN, queries=9, act="authority", listeners=("admin",))
async def named_staff(call: Call) -> Redirect:
    organisation = call.form["organisation"]
    call.tx.record(MemberLeft(organisation=organisation, subject=call.actor.account))
    return Redirect("/")


@form("/staff/handled/by-staff", may=SIGNED_IN, queries=9, act="authority", listeners=("admin",))
async def unnamed_staff(call: Call) -> Redirect:
    organisation = call.form["organisation"]
    call.tx.record(RoleEnded(organisation=organisation, subject=call.actor.account))
    return Redirect("/")


STAFF = (named_staff, unnamed_staff)
ROUTES = (act_by_api, act_by_form, unfound_by_api, unfound_by_form, above_budget_by_api, above_budget_by_form, not_shown, shown)


@pytest.mark.parametrize("path", sorted({min(route.paths) for route in ROUTES} - {"/handled/shown"}))
def test_what_is_not_as_declared_changes_nothing(harness: Harness, tmp_path: Path, path: str) -> None:
    harness.registry = Registry((*MODULES, Module(name="handled", about="Handled.", folder=tmp_path, routes=ROUTES)))

    async def run() -> None:
        async with harness:
            ada = await harness.person("ada")
            await harness.organisation("ember", ada="owner")
            await harness.events()
            sent = {"csrf": token_for(harness.runtime, ada.id)}
            answer = await harness.post(path, by="ada", data={} if path.startswith("/api/") else sent)
            assert answer.status_code == 500, answer.text
            assert await harness.events() == []
            assert (await harness.post("/handled/shown", by="ada", data=sent)).status_code == 303
            assert await harness.events() == ["accounts.profile_changed"]

    asyncio.run(run())


def test_what_staff_do_is_in_the_feed_without_their_names(harness: Harness, tmp_path: Path) -> None:
    harness.registry = Registry((*MODULES, Module(name="handled", about="Handled.", folder=tmp_path, routes=STAFF)))

    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("eve", permissions=("platform.jobs",))
            ember = await harness.organisation("ember", ada="owner")
            await harness.events()
            assert (await panel.post("/staff/handled", by="eve", organisation=ember)).status_code == 500
            assert await harness.events() == []
            assert (await panel.post("/staff/handled/by-staff", by="eve", organisation=ember)).status_code == 303
            assert await harness.events() == ["organisations.role_ended"]

    asyncio.run(run())
