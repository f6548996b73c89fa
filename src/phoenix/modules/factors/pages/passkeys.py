"""Settings → passkeys. The page's script fills the hidden fields of its forms; otherwise they are ordinary forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phoenix.kernel.i18n.devices import device_of
from phoenix.kernel.language import _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import Redirect, View, form, page, safe_next
from phoenix.kernel.web.rules import SIGNED_IN
from phoenix.modules.accounts.actions.limits import NEW_PASSKEYS
from phoenix.modules.accounts.actions.settings_pages import SECURITY
from phoenix.modules.factors.actions import passkeys
from phoenix.modules.factors.actions.passkeys import PasskeyResponse, passkey_of, passkeys_of
from phoenix.modules.factors.actions.relying_party import passkeys_at, require_party


@form(
    "/settings/passkeys",
    may=SIGNED_IN,
    before_second_factor=True,
    queries=7,
    limits=(NEW_PASSKEYS,),
    sensitive=True,
    retry=SECURITY,
)
async def send_passkey(call: Call) -> Redirect:
    party = require_party(call.runtime.settings, call.request.headers.get("host", ""))
    response = PasskeyResponse(call.form.get("challenge", ""), call.form.get("credential", ""))
    await passkeys.add_passkey(call.runtime, call.tx, call.actor, party, response, name="", device=device_of(call.agent))
    owed = call.actor.needs_second_factor(call.runtime.settings.second_factor_for)
    return Redirect(safe_next(call.form.get("next") or ("/" if owed else SECURITY)), _("Passkey added. You can now sign in with it."))


@page("/settings/passkeys/{passkey_id:str}", may=SIGNED_IN, queries=1)
async def show_passkey_name(call: Call) -> View:
    found = await passkey_of(call.db, call.actor.account, call.path["passkey_id"])
    return View("factors/passkey_name.html", {"form": {"name": found.name}, "passkey": found})


@form("/settings/passkeys/{passkey_id:str}", may=SIGNED_IN, queries=1, retry=show_passkey_name)
async def send_passkey_name(call: Call) -> Redirect:
    await passkeys.rename_passkey(call.tx, call.actor, call.path["passkey_id"], name=call.form.get("name", ""))
    return Redirect(SECURITY, _("Passkey renamed."))


@form("/settings/passkeys/{passkey_id:str}/remove", frees=True, may=SIGNED_IN, queries=5, sensitive=True, retry=SECURITY)
async def send_remove_passkey(call: Call) -> Redirect:
    await passkeys.remove_passkey(call.runtime, call.tx, call.actor.account, call.path["passkey_id"])
    return Redirect(SECURITY, _("Passkey removed. You can no longer sign in with it."))


async def sign_in_methods(call: Call) -> Mapping[str, Any]:
    """The passkeys among the sign-in methods: one query."""
    here = passkeys_at(call.runtime.settings, call.request.headers.get("host", ""))
    return {"keys": await passkeys_of(call.db, call.actor.account), "passkeys": here}


ROUTES = (send_passkey, show_passkey_name, send_passkey_name, send_remove_passkey)
