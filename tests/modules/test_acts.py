"""Acts that give or take authority, credentials or money are declared once, by the events they record, and guarded alike on every route."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from msgspec import Struct
from tests.blockers.impersonating import browse, link_to, staff
from tests.harness import Harness
from tests.modules.admin.panel import Panel
from tests.modules.test_who_may import CHANGING

from phoenix.composition import MODULES, REGISTRY
from phoenix.kernel.actor import ADMINISTRATOR, IMPERSONATE_AND_WRITE
from phoenix.kernel.data.jobs import JobKind, enqueue
from phoenix.kernel.module import EventKind, Job, Module
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.endpoint import post
from phoenix.kernel.web.rules import BODY, PUBLIC, SIGNED_IN
from phoenix.modules.accounts.events import PermissionGranted

# Events that give nobody anything, and take nothing: a new kind of event is either an act, or is added here.
NO_ACT = {
    "accounts.created", "accounts.profile_changed", "accounts.export_requested",
    "admin.access_reviewed", "admin.job_replayed", "admin.export_fetched", "audit.signed", "audit.archived", "audit.rechained",
    "comments.posted", "comments.changed", "comments.deleted", "comments.person_mentioned",
    "entries.posted", "entries.changed", "entries.deleted", "organisations.renamed", "organisations.settings_changed", "organisations.copy_requested",
    "organisations.deletion_postponed",
    "factors.sign_in_paused", "factors.sign_in_resumed", "factors.backup_code_used", "factors.passkey_refused",
    "notifications.read", "notifications.archived", "notifications.inbox_changed", "notifications.preferences_changed", "presence.switched", "presence.visibility_changed",
    "push.turned_on", "push.turned_off", "sms.number_added", "sms.number_removed", "sms.stopped", "sms.resumed",
    "deliverability.stopped", "deliverability.resumed", "email_texts.changed", "email_texts.test_sent", "webhooks.disabled", "webhooks.delivery_replayed",
    "sessions.started", "sessions.ended", "sessions.impersonation_ended", "sessions.reauthenticated", "sessions.new_device_seen",
}  # fmt: skip
# Acts that ask nobody for a recent authentication, since what they give was the person's already.
NO_STEP_UP = {
    "POST /api/v2/organisations": "an organisation of one's own",
    "POST /organisations/new": "the same",
    "POST /api/v2/invitations/accept": "the invitation gave the role",
    "POST /invitations/accept": "the same",
    "POST /invitations/{invitation_id:str}/join": "the same",
    "POST /api/v2/invitations/{invitation_id:str}/accept": "the same",
    "POST /api/v2/invitations/{invitation_id:str}/decline": "as by the form",
    "POST /invitations/{invitation_id:str}/decline": "gives nothing, and can be undone by a new invitation",
    "DELETE /api/v2/me/deletion": "the account stays what it was",
    "POST /settings/data/keep": "the same",
    "POST /api/v2/me/email/confirm": "asked when the change was requested, and the code is a proof",
    "POST /settings/address/confirm": "the same",
}
ACTS = [(min(route.http_methods - {"OPTIONS"}), min(route.paths), rule) for route, rule in CHANGING if rule.decides_again]


def filled(harness: Harness, path: str) -> str:
    path = path.replace("{organisation_id:str}", harness.organisations["ember"]).replace("{slug:str}", "ember")
    path = path.replace("{account_id:str}", harness.people["eve"].id)
    return re.sub(r"\{\w+:int\}", "1", re.sub(r"\{\w+:str\}", "x_1", path))


def test_every_kind_of_event_is_an_act_or_is_listed() -> None:
    without = {name for name, kind in REGISTRY.events.items() if kind.act is None}
    assert without == NO_ACT


def test_a_kind_of_event_says_whether_it_is_an_act() -> None:
    with pytest.raises(TypeError, match="act"):
        EventKind(PermissionGranted)  # type: ignore[call-arg]


def test_acts_without_step_up_are_listed_with_a_reason() -> None:
    found = {f"{method} {path}" for method, path, rule in ACTS if not rule.needs_recent}
    assert found == set(NO_STEP_UP)


def test_no_act_is_open_to_someone_who_impersonates_even_with_changes_allowed(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.organisation("ember", eve="owner")
            await staff(harness, IMPERSONATE_AND_WRITE)
            browser, csrf = await browse(harness, await link_to(harness, panel, "eve", writes="on"))
            await harness.events()
            tried = 0
            for method, path, rule in ACTS:
                if "public" not in rule.listeners:
                    continue
                target, headers = filled(harness, path), {"X-CSRF-Token": csrf}
                body: dict[str, Any] = {"data": {"csrf": csrf}}
                if path.startswith("/api/"):
                    body = {"json": _named(harness, rule.within)}
                answer = await browser.request(method, target, headers=headers, **body)
                assert answer.status_code == 403, f"{method} {target}: {answer.status_code} {answer.text[:300]}"
                tried += 1
            assert tried > 40
            assert await harness.events() == []

    asyncio.run(run())


def test_acts_ask_people_whose_sign_in_is_old_to_confirm_first(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.organisation("ember", eve="owner")
            await harness.person("ada", permissions=(ADMINISTRATOR, IMPERSONATE_AND_WRITE))
            await panel.session("ada")
            harness.clock.advance(seconds=20 * 60)
            csrf = re.search(r'name="csrf" value="([^"]+)"', (await harness.get("/settings/profile", by="eve")).text)
            assert csrf
            for method, path, rule in ACTS:
                if not rule.needs_recent:
                    continue
                target = filled(harness, path)
                if "admin" in rule.listeners and "public" not in rule.listeners:
                    answer = await panel.post(target, by="ada", reason="What was typed")
                elif path.startswith("/api/"):
                    answer = await harness.request(method, target, by="eve", json=_named(harness, rule.within))
                    assert (answer.status_code, answer.json()["code"]) == (403, "reauthentication_required"), f"{target}: {answer.text}"
                    continue
                else:
                    answer = await harness.post(target, by="eve", data={"csrf": csrf[1], "name": "What was typed"})
                if answer.status_code == 303:
                    assert answer.headers["location"].startswith("/confirm?"), target
                else:
                    assert "Confirm it&#39;s you in a new tab" in answer.text, f"{target}: {answer.status_code}"
            assert await harness.events() == []

    asyncio.run(run())


def test_a_form_that_needs_a_recent_sign_in_comes_back_filled(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", eve="owner")
            harness.clock.advance(seconds=20 * 60)
            page = await harness.get("/o/ember/members", by="eve")
            csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
            assert csrf
            sent = {"csrf": csrf[1], "email": "bo@example.com", "role": "viewer"}
            answer = await harness.post("/o/ember/members/invite", by="eve", data=sent)
            assert answer.status_code == 303
            back = parse_qs(urlsplit(answer.headers["location"]).query)["next"][0]
            assert answer.headers["location"].startswith("/confirm?next=")
            assert 'value="bo@example.com"' in (await harness.get(back, by="eve")).text
            assert await harness.events() == []

    asyncio.run(run())


@post("/api/v2/acts/undeclared", may=SIGNED_IN, queries=1)
async def undeclared(call: Call) -> None:
    """Grant something without saying so."""
    call.tx.record(PermissionGranted(subject=call.actor.account, permission="platform.jobs"))


@post("/api/v2/acts/declared", may=SIGNED_IN, act="authority", queries=1)
async def declared(call: Call) -> None:
    """Grant something, and say so."""
    call.tx.record(PermissionGranted(subject=call.actor.account, permission="platform.jobs"))


@post("/api/v2/acts/open", may=PUBLIC, queries=1)
async def by_code(call: Call) -> None:
    """Grant something to the account that a code belongs to."""
    call.tx.record(PermissionGranted(subject=call.request.headers["x-code"], permission="platform.jobs"))


class Due(Struct, frozen=True):
    account: str


async def when_due(runtime: Runtime, due: Due) -> None:
    async with runtime.database.transaction() as tx:
        tx.record(PermissionGranted(subject=due.account, permission="platform.jobs"))


def test_open_routes_and_jobs_record_acts_on_what_they_check_themselves(harness: Harness, tmp_path: Path) -> None:
    kind = JobKind("acts.due", Due)
    acts = Module(name="acts", about="Acts.", folder=tmp_path, routes=(by_code,), jobs=(Job(kind, when_due),))
    harness.registry = Registry((*MODULES, acts))

    async def run() -> None:
        async with harness:
            ada = await harness.person("ada")
            assert (await harness.post("/api/v2/acts/open", headers={"X-Code": ada.id})).status_code == 204
            assert await harness.events() == ["accounts.permission_granted"]
            async with harness.runtime.database.transaction() as tx:
                await enqueue(tx, kind, Due(ada.id))
            await harness.work()
            assert await harness.events() == ["accounts.permission_granted"]

    asyncio.run(run())


def test_a_route_that_records_an_act_without_declaring_it_fails(harness: Harness, tmp_path: Path) -> None:
    acts = Module(name="acts", about="Acts.", folder=tmp_path, routes=(undeclared, declared))
    harness.registry = Registry((*MODULES, acts))

    async def run() -> None:
        async with harness:
            await harness.person("ada")
            assert (await harness.post("/api/v2/acts/undeclared", by="ada")).status_code == 500
            assert await harness.events() == []
            assert (await harness.post("/api/v2/acts/declared", by="ada")).status_code == 204
            assert await harness.events() == ["accounts.permission_granted"]

    asyncio.run(run())


def _named(harness: Harness, within: str) -> dict[str, str]:
    return {within.removeprefix(BODY): harness.organisations["ember"]} if within.startswith(BODY) else {}
