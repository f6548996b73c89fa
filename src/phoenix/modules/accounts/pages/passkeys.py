"""Forms of passkeys. The script of the page fills their hidden fields; everything else is as with any form."""

from __future__ import annotations

from phoenix.kernel.i18n.text import _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import Redirect, View, form, page
from phoenix.kernel.web.rules import EVERYWHERE, PUBLIC, SIGNED_IN
from phoenix.modules.accounts.actions import passkeys, prove_passkey
from phoenix.modules.accounts.api.data import LOG_INS, PROOFS
from phoenix.modules.accounts.pages.enter import let_in
from phoenix.modules.accounts.pages.log_in import show_sign_in
from phoenix.modules.accounts.pages.passkeys_here import given_passkey, party_here
from phoenix.modules.accounts.pages.security import owes, show_security
from phoenix.modules.accounts.place import device_of
from phoenix.modules.accounts.queries import passkeys as stored


@form("/sign-in/passkey", may=PUBLIC, queries=14, limits=(LOG_INS,), retry=show_sign_in, listeners=EVERYWHERE)
async def send_sign_in_with_passkey(call: Call) -> Redirect:
    sent = call.form
    account = await prove_passkey.log_in(call.runtime, call.tx, party_here(call), given_passkey(call))
    remember, on_to = bool(sent.get("remember")), sent.get("next", "")
    return await let_in(call, account, method="passkey", remember=remember, on_to=on_to, strong=True)


@form("/settings/passkeys", may=SIGNED_IN, before_second_factor=True, queries=7, limits=(PROOFS,), sensitive=True, retry=show_security)
async def send_passkey(call: Call) -> Redirect:
    given, device = given_passkey(call), device_of(call.agent)
    await passkeys.add_passkey(call.runtime, call.tx, call.actor, party_here(call), given, name="", device=device)
    toast = _("The passkey is there. You can sign in with it from now on.")
    return Redirect("/" if owes(call) else "/settings/security", toast)


@page("/settings/passkeys/{passkey_id:str}", may=SIGNED_IN, queries=1)
async def show_passkey_name(call: Call) -> View:
    found = await call.db.one(stored.PASSKEY, call.path["passkey_id"], call.actor.account)
    return View("accounts/settings/passkey_name.html", {"form": {"name": found.name}, "passkey": found})


@form("/settings/passkeys/{passkey_id:str}", may=SIGNED_IN, queries=1, retry=show_passkey_name)
async def send_passkey_name(call: Call) -> Redirect:
    await passkeys.rename_passkey(call.tx, call.actor, call.path["passkey_id"], name=call.form.get("name", ""))
    return Redirect("/settings/security", _("The passkey has its new name."))


@form("/settings/passkeys/{passkey_id:str}/remove", may=SIGNED_IN, queries=5, sensitive=True, retry=show_security)
async def send_remove_passkey(call: Call) -> Redirect:
    await passkeys.remove_passkey(call.tx, call.actor.account, call.path["passkey_id"])
    return Redirect("/settings/security", _("The passkey is removed. It opens nothing here any more."))


ROUTES = (send_sign_in_with_passkey, send_passkey, show_passkey_name, send_passkey_name, send_remove_passkey)
