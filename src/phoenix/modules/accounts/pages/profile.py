"""The profile, and the list of sessions."""

from __future__ import annotations

from phoenix.kernel.errors import InvalidInput, PreconditionFailed
from phoenix.kernel.i18n.text import _
from phoenix.kernel.web.pages import Redirect, View, Visit, form, page
from phoenix.kernel.web.rules import LOGGED_IN
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.actions import profile, sessions
from phoenix.modules.accounts.pages.happened import method_in_words

LANGUAGES = (("en", "English"),)


@page("/settings/profile", permission=LOGGED_IN, queries=1)
async def show_profile(visit: Visit) -> View:
    account = await visit.db.one(queries.ACCOUNT, visit.actor.account)
    shown = {"name": account.name, "time_zone": account.time_zone, "locale": account.locale, "contact": account.contact}
    return View("accounts/settings/profile.html", {"form": shown, "locales": LANGUAGES, "version": account.version})


@form("/settings/profile", permission=LOGGED_IN, queries=2, retry=show_profile)
async def send_profile(visit: Visit) -> Redirect:
    sent = visit.form
    version = sent.get("version", "")
    try:
        await profile.change_profile(
            visit.tx,
            visit.actor,
            name=sent.get("name"),
            time_zone=sent.get("time_zone"),
            locale=sent.get("locale"),
            contact=sent.get("contact"),
            version=int(version) if version.isdecimal() and len(version) < 10 else None,
        )
    except PreconditionFailed as refusal:
        raise InvalidInput(refusal.detail) from refusal
    return Redirect("/settings/profile", _("Your profile is saved."))


@page("/settings/sessions", permission=LOGGED_IN, queries=1)
async def show_sessions(visit: Visit) -> View:
    found = await visit.db.all(queries.SESSIONS, visit.actor.account, visit.db.now)
    return View("accounts/settings/sessions.html", {"sessions": [session_shown(s, visit.actor.session) for s in found]})


@form("/settings/sessions/{session_id:str}/end", permission=LOGGED_IN, queries=2, sensitive=True)
async def send_end_session(visit: Visit) -> Redirect:
    await sessions.end_session(visit.tx, visit.actor, visit.path["session_id"])
    return Redirect("/settings/sessions", _("That session has ended."))


@form("/settings/sessions/end-others", permission=LOGGED_IN, queries=2, sensitive=True)
async def send_end_others(visit: Visit) -> Redirect:
    await sessions.end_other_sessions(visit.tx, visit.actor.account, keep=visit.actor.session)
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
