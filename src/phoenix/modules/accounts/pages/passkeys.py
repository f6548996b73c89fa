"""Forms of passkeys. The script of the page fills their hidden fields; everything else is as with any form."""

from __future__ import annotations

from phoenix.kernel.i18n.text import _
from phoenix.kernel.web.pages import Redirect, View, Visit, form, page
from phoenix.kernel.web.rules import EVERYWHERE, LOGGED_IN, PUBLIC
from phoenix.modules.accounts.actions import passkeys, prove_passkey
from phoenix.modules.accounts.api.data import LOG_INS, PROOFS
from phoenix.modules.accounts.pages.enter import let_in
from phoenix.modules.accounts.pages.log_in import show_sign_in
from phoenix.modules.accounts.pages.passkeys_here import given_passkey, party_here
from phoenix.modules.accounts.pages.security import owes, show_security
from phoenix.modules.accounts.place import device_of
from phoenix.modules.accounts.queries import passkeys as stored


@form("/sign-in/passkey", permission=PUBLIC, queries=14, limits=(LOG_INS,), retry=show_sign_in, listeners=EVERYWHERE)
async def send_sign_in_with_passkey(visit: Visit) -> Redirect:
    sent = visit.form
    account = await prove_passkey.log_in(visit.runtime, visit.tx, party_here(visit), given_passkey(visit))
    remember, on_to = bool(sent.get("remember")), sent.get("next", "")
    return await let_in(visit, account, method="passkey", remember=remember, on_to=on_to, strong=True)


@form(
    "/settings/passkeys", permission=LOGGED_IN, before_second_factor=True, queries=7, limits=(PROOFS,), sensitive=True, retry=show_security
)
async def send_passkey(visit: Visit) -> Redirect:
    given, device = given_passkey(visit), device_of(visit.agent)
    await passkeys.add_passkey(visit.runtime, visit.tx, visit.actor, party_here(visit), given, name="", device=device)
    toast = _("The passkey is there. You can sign in with it from now on.")
    return Redirect("/" if owes(visit) else "/settings/security", toast)


@page("/settings/passkeys/{passkey_id:str}", permission=LOGGED_IN, queries=1)
async def show_passkey_name(visit: Visit) -> View:
    found = await visit.db.one(stored.PASSKEY, visit.path["passkey_id"], visit.actor.account)
    return View("accounts/settings/passkey_name.html", {"form": {"name": found.name}, "passkey": found})


@form("/settings/passkeys/{passkey_id:str}", permission=LOGGED_IN, queries=1, retry=show_passkey_name)
async def send_passkey_name(visit: Visit) -> Redirect:
    await passkeys.rename_passkey(visit.tx, visit.actor, visit.path["passkey_id"], name=visit.form.get("name", ""))
    return Redirect("/settings/security", _("The passkey has its new name."))


@form("/settings/passkeys/{passkey_id:str}/remove", permission=LOGGED_IN, queries=5, sensitive=True, retry=show_security)
async def send_remove_passkey(visit: Visit) -> Redirect:
    await passkeys.remove_passkey(visit.tx, visit.actor.account, visit.path["passkey_id"])
    return Redirect("/settings/security", _("The passkey is removed. It opens nothing here any more."))


ROUTES = (send_sign_in_with_passkey, send_passkey, show_passkey_name, send_passkey_name, send_remove_passkey)
