"""Settings → profile."""

from __future__ import annotations

from phoenix.kernel.i18n.times import city
from phoenix.kernel.language import LANGUAGES, _, language_of, read_on
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.edits import EditedField, Edits
from phoenix.kernel.web.pages import Redirect, View, form, page
from phoenix.kernel.web.rules import SIGNED_IN
from phoenix.kernel.web.slots import fill
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.actions import profile


@page("/settings/profile", may=SIGNED_IN, queries=1, slots=("profile",))
async def show_profile(call: Call) -> View:
    account = await call.db.one(queries.ACCOUNT, call.actor.account)
    shown = {
        "name": account.name,
        "time_zone": account.time_zone,
        "locale": account.locale,
        "contact": account.contact,
        "version": str(account.version),
    }
    edits = Edits(
        "/settings/profile",
        (
            EditedField("name", _("Name")),
            EditedField("time_zone", _("Time zone"), city),
            EditedField("contact", _("Phone or other contact")),
            EditedField("locale", _("Language"), lambda tag: LANGUAGES.get(tag, tag)),
        ),
    )
    return View(
        "accounts/settings/profile.html",
        {"form": shown, "locales": tuple(LANGUAGES.items()), "edits": edits, "more": await fill(call, "profile")},
    )


@form("/settings/profile", may=SIGNED_IN, queries=3, retry=show_profile)
async def send_profile(call: Call) -> Redirect:
    sent = call.form
    await profile.change_profile(
        call.tx,
        call.actor,
        name=sent.get("name"),
        time_zone=sent.get("time_zone"),
        locale=sent.get("locale"),
        contact=sent.get("contact"),
        versions=call.shown_version(),
    )
    # The page that follows is in the language that was chosen.
    read_on(language_of(sent.get("locale", call.actor.locale)))
    return Redirect("/settings/profile", _("Profile saved."))


ROUTES = (show_profile, send_profile)
