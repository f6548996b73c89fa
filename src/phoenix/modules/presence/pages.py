"""Who is here, on the dashboard, and the choices about it on the pages for settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phoenix.kernel.i18n.avatars import avatar_of
from phoenix.kernel.language import _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import Redirect, form
from phoenix.kernel.web.rules import SIGNED_IN
from phoenix.modules.accounts.actions.accounts import names
from phoenix.modules.presence import queries
from phoenix.modules.presence.actions import choose

MOST_SHOWN = 8


async def here(call: Call) -> Mapping[str, Any]:
    """Who else is here now."""
    found = await call.db.maybe(queries.HERE, call.db.now, call.member.organisation)
    others = [account for account in found.accounts if account != call.actor.account] if found is not None else []
    people = await names(call.db, others[:MOST_SHOWN]) if others else {}
    shown = [avatar_of(account, people.get(account, _("Someone"))) for account in others[:MOST_SHOWN]]
    count = found.count - (call.actor.account in found.accounts) if found is not None else 0
    return {"people": shown, "more": max(0, count - len(shown))}


async def visibility(call: Call) -> Mapping[str, Any]:
    """Whether others see the reader."""
    return {"visible": not await call.db.one(queries.IS_HIDDEN, call.actor.account)}


async def switched(call: Call) -> Mapping[str, Any]:
    """Whether the organisation shows who is here."""
    return {"on": not await call.db.one(queries.IS_OFF, call.member.organisation)}


@form("/settings/profile/visibility", may=SIGNED_IN, queries=3, retry="/settings/profile")
async def send_visibility(call: Call) -> Redirect:
    await choose.set_visible(call.tx, call.actor.account, visible=call.form.get("visible") == "on")
    return Redirect("/settings/profile", _("Saved."))


@form("/o/{slug:str}/settings/presence", may="organisations.manage", within="slug", queries=3, retry="/o/{slug:str}/settings")
async def send_switch(call: Call) -> Redirect:
    await choose.switch(call.tx, call.member, on=call.form.get("enabled") == "on")
    return Redirect(f"/o/{call.member.slug}/settings", _("Saved."))


ROUTES = (send_visibility, send_switch)
