"""The profile, and the list of sessions."""

from __future__ import annotations

from phoenix.kernel.errors import InvalidInput, PreconditionFailed
from phoenix.kernel.i18n.text import _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import Redirect, View, form, page
from phoenix.kernel.web.rules import SIGNED_IN
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.actions import profile, sessions
from phoenix.modules.accounts.pages.happened import method_in_words

LANGUAGES = (("en", "English"),)


@page("/settings/profile", may=SIGNED_IN, queries=1)
async def show_profile(call: Call) -> View:
    account = await call.db.one(queries.ACCOUNT, call.actor.account)
    shown = {"name": account.name, "time_zone": account.time_zone, "locale": account.locale, "contact": account.contact}
    return View("accounts/settings/profile.html", {"form": shown, "locales": LANGUAGES, "version": account.version})


@form("/settings/profile", may=SIGNED_IN, queries=2, retry=show_profile)
async def send_profile(call: Call) -> Redirect:
    sent = call.form
    version = sent.get("version", "")
    try:
        await profile.change_profile(
            call.tx,
            call.actor,
            name=sent.get("name"),
            time_zone=sent.get("time_zone"),
            locale=sent.get("locale"),
            contact=sent.get("contact"),
            version=int(version) if version.isdecimal() and len(version) < 10 else None,
        )
    except PreconditionFailed as problem:
        raise InvalidInput(problem.detail) from problem
    return Redirect("/settings/profile", _("Your profile is saved."))


@page("/settings/sessions", may=SIGNED_IN, queries=1)
async def show_sessions(call: Call) -> View:
    found = await call.db.all(queries.SESSIONS, call.actor.account, call.db.now)
    return View("accounts/settings/sessions.html", {"sessions": [session_shown(s, call.actor.session) for s in found]})


@form("/settings/sessions/{session_id:str}/end", may=SIGNED_IN, queries=2, sensitive=True)
async def send_end_session(call: Call) -> Redirect:
    await sessions.end_session(call.tx, call.actor, call.path["session_id"])
    return Redirect("/settings/sessions", _("That session has ended."))


@form("/settings/sessions/end-others", may=SIGNED_IN, queries=2, sensitive=True)
async def send_end_others(call: Call) -> Redirect:
    await sessions.end_other_sessions(call.tx, call.actor.account, keep=call.actor.session)
    return Redirect("/settings/sessions", _("All other sessions have ended."))


def session_shown(found: queries.Session, current: str) -> dict[str, object]:
    return {
        "id": found.id,
        "device": found.device,
        "place": found.place,
        "created_at": found.created_at,
        "seen_at": found.seen_at,
        "remembered": found.remembered,
        "method": method_in_words(found.method),
        "staff": found.impersonator is not None,
        "current": found.id == current,
    }


ROUTES = (show_profile, send_profile, show_sessions, send_end_session, send_end_others)
