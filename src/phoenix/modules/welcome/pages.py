"""The checklist on the dashboard, and the page “Help”."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phoenix.kernel.actor import MembershipRecord
from phoenix.kernel.language import _
from phoenix.kernel.module import WelcomeStep
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import Redirect, View, form, page, safe_next
from phoenix.kernel.web.rules import SIGNED_IN
from phoenix.modules.welcome import queries


@page("/help", may=SIGNED_IN, queries=1)
async def show_help(call: Call) -> View:
    memberships = call.actor.memberships
    return View("welcome/help.html", {"checklist": await _checklist(call, memberships[0] if memberships else None)})


@form("/help/checklist", may=SIGNED_IN, queries=1, retry=show_help)
async def send_checklist(call: Call) -> Redirect:
    """Hide the checklist on the dashboard, or show it there again."""
    back = safe_next(call.form.get("next") or "/help")
    if call.form.get("show"):
        await call.tx.execute(queries.SHOW, call.actor.account)
        return Redirect(back, _("The checklist is on the dashboard again."))
    await call.tx.execute(queries.HIDE, call.actor.account, call.tx.now)
    return Redirect(back, _("Checklist hidden. You can find it under Help, in the menu of your account."))


async def checklist(call: Call) -> Mapping[str, Any]:
    """The checklist on a page of an organisation: one query."""
    return await _checklist(call, call.member)


async def _checklist(call: Call, membership: MembershipRecord | None) -> Mapping[str, Any]:
    steps = [step for step in call.registry.welcome if _is_for(step, membership)]
    organisation, slug = (membership.organisation, membership.slug) if membership else ("", "")
    found = await queries.progress(call.db, steps, organisation=organisation, account=call.actor.account)
    shown = [
        {
            "title": _(step.title),
            "text": _(step.text),
            "label": _(step.label),
            "icon": step.icon,
            "href": step.path.format(organisation=slug),
            "done": done,
        }
        for step, done in zip(steps, found.done, strict=True)
    ]
    return {"hidden": found.hidden, "steps": shown, "left": sum(not step["done"] for step in shown)}


def _is_for(step: WelcomeStep, membership: MembershipRecord | None) -> bool:
    """Whether a reader can take this step, who may be in no organisation."""
    if membership is None:
        return not step.permission and "{organisation}" not in step.path
    return not step.permission or step.permission in membership.permissions


ROUTES = (show_help, send_checklist)
