"""Settings → security: an overview of the account's protection, its password and address, and the slots of other modules."""

from __future__ import annotations

from phoenix.kernel.i18n.templates import query
from phoenix.kernel.language import _
from phoenix.kernel.security.passwords import SHORTEST
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import Redirect, View, form, page
from phoenix.kernel.web.rules import SIGNED_IN
from phoenix.kernel.web.slots import fill
from phoenix.modules.accounts.actions.activity import in_words, recent_events
from phoenix.modules.accounts.actions.addresses import new_address
from phoenix.modules.accounts.actions.email_verification import look, proof_of
from phoenix.modules.accounts.actions.limits import ADDRESS_CHANGES, ADDRESS_CONFIRMATIONS, PASSWORD_CHANGES
from phoenix.modules.accounts.actions.settings_pages import SECURITY
from phoenix.modules.factors.actions.second_factor import BACKUP_CODES_LOW
from phoenix.modules.sign_in.actions import change_address, change_password
from phoenix.modules.sign_in.actions.reauthenticate import protection_of
from phoenix.modules.sign_in.pages.links import carried, next_of, token_of
from phoenix.modules.sign_in.pages.passkeys_here import passkeys_here
from phoenix.modules.sign_in.queries import Protection

METHODS, SECTIONS = "security.sign_in_methods", "security"


@page(SECURITY, may=SIGNED_IN, before_second_factor=True, queries=2, slots=(METHODS, SECTIONS))
async def show_security(call: Call) -> View:
    account, registry = call.actor.account, call.registry
    if call.actor.needs_second_factor(call.runtime.settings.second_factor_for):
        return View("sign_in/second_factor_owed.html", {"passkeys": passkeys_here(call), "next": next_of(carried(call))})
    found = await protection_of(call.db, account)
    events = await recent_events(call.db, account)
    context = {
        "protection": found,
        "advice": advice(found),
        "low": BACKUP_CODES_LOW,
        "activity": [in_words(registry.events, event) for event in events],
        "methods": await fill(call, METHODS),
        "sections": await fill(call, SECTIONS),
    }
    return View("sign_in/settings/security.html", context)


@page("/settings/password", may=SIGNED_IN, queries=1, sensitive=True)
async def show_change_password(call: Call) -> View:
    found = await protection_of(call.db, call.actor.account)
    return View("sign_in/settings/password.html", {"least": SHORTEST, "has_password": found.has_password})


@form(
    "/settings/password", may=SIGNED_IN, queries=7, limits=(PASSWORD_CHANGES,), sensitive=True, retry=show_change_password, costs="argon2"
)
async def send_change_password(call: Call) -> Redirect:
    sent = call.form
    passwords = {"current": sent.get("current_password", ""), "password": sent.get("password", "")}
    await change_password.change_password(call.runtime, call.tx, call.actor, **passwords)
    return Redirect(SECURITY, _("Password set. All other devices were signed out."))


@page("/settings/address", may=SIGNED_IN, queries=0, sensitive=True)
async def show_change_address(call: Call) -> View:
    return View("sign_in/settings/address.html", {"form": {}})


@form("/settings/address", may=SIGNED_IN, queries=4, limits=(ADDRESS_CHANGES,), sensitive=True, retry=show_change_address)
async def send_change_address(call: Call) -> Redirect:
    await change_address.request_change(call.tx, call.actor, email=call.form.get("email", ""))
    return Redirect("/settings/address/confirm", _("We've sent a code to the new address."))


@page("/settings/address/confirm", may=SIGNED_IN, queries=2)
async def show_confirm_address(call: Call) -> View:
    requested = await new_address(call.db, call.actor.account)
    token = token_of(call)
    link = await look(call.db, change_address.PURPOSE, token) if token else None
    context = {
        "form": {"email": requested or ""},
        "token": token,
        "gone": bool(token) and (link is None or not link.works),
        "other": link is not None and link.account != call.actor.account,
        "next": query("/settings/address/confirm", token=token),
    }
    return View("sign_in/settings/address_confirm.html", context)


@form(
    "/settings/address/confirm",
    may=SIGNED_IN,
    act="credential",
    step_up=False,
    queries=12,
    limits=(ADDRESS_CONFIRMATIONS,),
    retry=show_confirm_address,
)
async def send_confirm_address(call: Call) -> Redirect:
    sent = call.form
    proof = proof_of(sent, (call.actor.session,))
    address = await change_address.change_address(call.runtime, call.tx, call.actor, proof)
    return Redirect(SECURITY, _("Your address is now {address}.").format(address=address))


def advice(found: Protection) -> str:
    """The recommended next step, in a sentence."""
    if not found.totp_since and not found.passkeys:
        if found.has_password:
            return _("Only a password protects this account. Add a passkey or an authenticator app.")
        if found.identities:
            return _("An external account or a code by email is enough to sign in. Add a passkey or an authenticator app.")
        return _("A code by email is enough to sign in. Add a passkey or an authenticator app.")
    if not found.totp_since and found.passkeys == 1:
        return _("Well protected. Add a second passkey or an authenticator app in case you lose a device.")
    if found.totp_since and found.backup_codes_left <= BACKUP_CODES_LOW:
        return _("Well protected, but you're running low on backup codes.")
    return _("Well protected.")


ROUTES = (
    show_security,
    show_change_password,
    send_change_password,
    show_change_address,
    send_change_address,
    show_confirm_address,
    send_confirm_address,
)
