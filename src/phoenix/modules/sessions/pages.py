"""Settings → sessions: the devices someone is signed in on. The security page shows them as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phoenix.kernel.language import _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.listing import plain_listing
from phoenix.kernel.web.pages import Redirect, View, form, page
from phoenix.kernel.web.rules import SIGNED_IN
from phoenix.modules.sessions.actions import end
from phoenix.modules.sessions.actions.list import Session, method_in_words, open_sessions


@page("/settings/sessions", may=SIGNED_IN, queries=1)
async def show_sessions(call: Call) -> View:
    return View("sessions/sessions.html", {"slot": await devices(call)})


@form("/settings/sessions/{session_id:str}/end", frees=True, may=SIGNED_IN, queries=2, sensitive=True)
async def send_end_session(call: Call) -> Redirect:
    await end.end_session(call.tx, call.actor, call.path["session_id"])
    return Redirect("/settings/sessions", _("Device signed out."))


@form("/settings/sessions/end-others", frees=True, may=SIGNED_IN, queries=2, sensitive=True)
async def send_end_others(call: Call) -> Redirect:
    await end.end_other_sessions(call.tx, call.actor.account, keep=call.actor.session)
    return Redirect("/settings/sessions", _("All other devices signed out."))


async def devices(call: Call) -> Mapping[str, Any]:
    """The data for the list of devices: one query."""
    found = await open_sessions(call.runtime, call.db, call.actor.account, cursor=call.query("cursor") or None)
    shown = [session_shown(s, call.actor.session) for s in found.items]
    return {"sessions": shown, "listing": plain_listing(call, found, path="/settings/sessions")}


def session_shown(found: Session, current: str) -> dict[str, object]:
    return {
        "id": found.id,
        "device": found.device,
        "place": found.place,
        "created_at": found.created_at,
        "seen_at": found.seen_at,
        "remembered": found.remembered,
        "method": method_in_words(found.method),
        "staff": found.impersonator is not None,
        "panel": found.audience == "admin",
        "current": found.id == current,
    }


ROUTES = (show_sessions, send_end_session, send_end_others)
