"""Settings → security: what protects the account at a glance, and every way to make it safer."""

from __future__ import annotations

import io

import segno

from phoenix.kernel.errors import InvalidInput
from phoenix.kernel.i18n.text import _
from phoenix.kernel.security.passwords import SHORTEST
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import Redirect, View, form, our_cookie, page, safe_next
from phoenix.kernel.web.rules import EVERYWHERE, SIGNED_IN
from phoenix.kernel.web.session_reader import COOKIE
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.actions import api_keys, change_address, change_password, confirm, prove_passkey, second_factor
from phoenix.modules.accounts.actions.prove import Given
from phoenix.modules.accounts.api.data import PROOFS, RESETS
from phoenix.modules.accounts.errors import SecondFactorThere
from phoenix.modules.accounts.pages.connections import connections
from phoenix.modules.accounts.pages.happened import in_words
from phoenix.modules.accounts.pages.passkeys_here import given_passkey, party_here, passkeys_here, possible_here
from phoenix.modules.accounts.pages.profile import session_shown
from phoenix.modules.accounts.queries import passkeys, protection, tokens

BACKUP_CODES_LOW = 3


@page("/settings/security", may=SIGNED_IN, before_second_factor=True, queries=5)
async def show_security(call: Call) -> View:
    account, now = call.actor.account, call.db.now
    if owes(call):
        return View("accounts/second_factor_owed.html", {"passkeys": passkeys_here(call)})
    found = await call.db.one(protection.PROTECTION, account, now)
    sessions = await call.db.all(queries.SESSIONS, account, now)
    happened = await call.db.all(queries.SECURITY_EVENTS, account)
    context = {
        "passkeys": passkeys_here(call),
        "keys": await call.db.all(passkeys.PASSKEYS, account),
        "protection": found,
        "verdict": _verdict(found),
        "low": BACKUP_CODES_LOW,
        "sessions": [session_shown(s, call.actor.session) for s in sessions],
        "happened": [in_words(event) for event in happened],
        **await connections(call),
    }
    return View("accounts/settings/security.html", context)


@page("/settings/password", may=SIGNED_IN, queries=1, sensitive=True)
async def show_change_password(call: Call) -> View:
    found = await call.db.one(protection.PROTECTION, call.actor.account, call.db.now)
    return View("accounts/settings/password.html", {"least": SHORTEST, "has_password": found.has_password})


@form("/settings/password", may=SIGNED_IN, queries=7, limits=(PROOFS,), sensitive=True, retry=show_change_password)
async def send_change_password(call: Call) -> Redirect:
    sent = call.form
    given = {"current": sent.get("current_password", ""), "password": sent.get("password", "")}
    await change_password.change_password(call.runtime, call.tx, call.actor, **given)
    return Redirect("/settings/security", _("Your new password is set. All other devices are signed out."))


@page("/settings/address", may=SIGNED_IN, queries=0, sensitive=True)
async def show_change_address(call: Call) -> View:
    return View("accounts/settings/address.html", {"form": {}})


@form("/settings/address", may=SIGNED_IN, queries=4, limits=(RESETS,), sensitive=True, retry=show_change_address)
async def send_change_address(call: Call) -> Redirect:
    await change_address.ask_for_change(call.runtime, call.tx, call.actor, email=call.form.get("email", ""))
    return Redirect("/settings/address/confirm", _("A mail is on its way to the new address."))


@page("/settings/address/confirm", may=SIGNED_IN, queries=1)
async def show_confirm_address(call: Call) -> View:
    waiting = await call.db.maybe(queries.AWAITED_ADDRESS, call.actor.account)
    token = call.form.get("token") or call.query("token")
    return View("accounts/settings/address_confirm.html", {"form": {"email": waiting or ""}, "token": token})


@form("/settings/address/confirm", may=SIGNED_IN, queries=11, limits=(PROOFS,), retry=show_confirm_address)
async def send_confirm_address(call: Call) -> Redirect:
    sent = call.form
    given = Given(sent.get("token", ""), sent.get("email", ""), sent.get("code", ""))
    address = await change_address.change_address(call.runtime, call.tx, call.actor, given)
    return Redirect("/settings/security", _("Your address is {address} now.").format(address=address))


@form("/settings/totp/begin", may=SIGNED_IN, before_second_factor=True, queries=3, sensitive=True)
async def send_begin_totp(call: Call) -> Redirect:
    await second_factor.begin_totp(call.runtime, call.tx, call.actor)
    return Redirect("/settings/totp")


@page("/settings/totp", may=SIGNED_IN, before_second_factor=True, queries=1, sensitive=True)
async def show_totp(call: Call) -> View | Redirect:
    waiting = await second_factor.waiting_totp(call.runtime, call.db, call.actor)
    if waiting is None:
        return Redirect("/settings/security")
    return View("accounts/settings/totp.html", {"secret": waiting.secret, "qr": qr_code(waiting.uri)})


@form("/settings/totp", may=SIGNED_IN, before_second_factor=True, queries=12, limits=(PROOFS,), sensitive=True, retry=show_totp)
async def send_totp(call: Call) -> View | Redirect:
    try:
        codes = await second_factor.confirm_totp(call.runtime, call.tx, call.actor, call.form.get("code", ""))
    except SecondFactorThere as problem:
        # The page with the codes was loaded again.
        return Redirect("/settings/security", problem.detail)
    return View(
        "accounts/settings/backup_codes.html", {"codes": codes, "fresh": True, "on_to": "/" if owes(call) else "/settings/security"}
    )


@form("/settings/totp/remove", may=SIGNED_IN, queries=5, sensitive=True)
async def send_remove_totp(call: Call) -> Redirect:
    await second_factor.remove_totp(call.tx, call.actor.account)
    return Redirect("/settings/security", _("The authenticator app is off. Your backup codes ended with it."))


@form("/settings/backup-codes", may=SIGNED_IN, queries=5, sensitive=True)
async def send_backup_codes(call: Call) -> View:
    codes = await second_factor.remake_backup_codes(call.runtime, call.tx, call.actor.account)
    return View("accounts/settings/backup_codes.html", {"codes": codes, "fresh": False, "on_to": "/settings/security"})


@page("/confirm", may=SIGNED_IN, before_second_factor=True, queries=1, listeners=EVERYWHERE)
async def show_confirm(call: Call) -> View:
    """Show again who is there; on to `next` then."""
    found = await call.db.one(protection.PROTECTION, call.actor.account, call.db.now)
    methods = possible_here(call, confirm.methods_of(found))
    wanted = call.form.get("method") or call.query("method")
    method = wanted if wanted in methods else methods[0]
    shown = {"next": safe_next(call.query("next") or call.form.get("next") or "/settings/security"), "method": method}
    both = found.has_password and method in {"totp", "backup_code"}
    return View("accounts/confirm.html", {"form": shown, "methods": methods, "both": both, "passkeys": passkeys_here(call)})


@form("/confirm", may=SIGNED_IN, before_second_factor=True, queries=16, limits=(PROOFS,), retry=show_confirm, listeners=EVERYWHERE)
async def send_confirm(call: Call) -> Redirect:
    method, sent = call.form.get("method", ""), call.form
    if method == "passkey":
        await prove_passkey.confirm(call.runtime, call.tx, call.actor, party_here(call), given_passkey(call))
    else:
        password = sent.get("password", "")
        given = password if method == "password" else sent.get("code", "")
        await confirm.confirm(call.runtime, call.tx, call.actor, method=method, given=given, password=password)
    made = await confirm.renew_tokens(call.runtime, call.tx, call.actor)
    call.cookies.append(our_cookie(call.runtime, COOKIE, made.token, seconds=made.seconds if made.remembered else None))
    return Redirect(safe_next(sent.get("next") or "/settings/security"))


@form("/confirm/mail", may=SIGNED_IN, before_second_factor=True, queries=3, limits=(RESETS,), listeners=EVERYWHERE)
async def send_confirmation_mail(call: Call) -> Redirect:
    await confirm.ask_for_code(call.tx, call.actor)
    return Redirect(f"/confirm?method=email_code&next={safe_next(call.form.get('next') or '/')}", _("A mail with a code is on its way."))


@page("/settings/api-keys", may=SIGNED_IN, queries=1)
async def show_api_keys(call: Call) -> View:
    keys = await call.db.all(tokens.API_KEYS, call.actor.account)
    return View("accounts/settings/api_keys.html", {"keys": keys, "scopes": api_keys.scopes_on_offer(call.runtime), "made": None})


@form("/settings/api-keys", may=SIGNED_IN, queries=7, sensitive=True, retry=show_api_keys)
async def send_api_key(call: Call) -> View:
    sent = call.form
    scopes = [name.removeprefix("scope:") for name in sent if name.startswith("scope:")]
    days = sent.get("days", "90")
    if not (days.isascii() and days.isdecimal() and len(days) < 6):
        raise InvalidInput(_("Write the days as a number."))
    name = sent.get("name", "")
    made = await api_keys.make_api_key(call.runtime, call.tx, call.actor, name=name, scopes=scopes, days=int(days))
    keys = await call.tx.all(tokens.API_KEYS, call.actor.account)
    return View("accounts/settings/api_keys.html", {"keys": keys, "scopes": api_keys.scopes_on_offer(call.runtime), "made": made})


@form("/settings/api-keys/{key_id:str}/revoke", may=SIGNED_IN, queries=2)
async def send_revoke_api_key(call: Call) -> Redirect:
    await api_keys.revoke_api_key(call.tx, call.actor.account, call.path["key_id"])
    return Redirect("/settings/api-keys", _("The key has ended."))


def owes(call: Call) -> bool:
    """Whether nothing else opens to this person before they have a second factor."""
    return call.actor.needs_second_factor(call.runtime.settings.second_factor_for)


def qr_code(text: str) -> str:
    """A QR code (ISO/IEC 18004) as an SVG of any size: dark on light, as cameras want it."""
    out = io.BytesIO()
    drawn = segno.make(text, error="m", micro=False)
    drawn.save(
        out, kind="svg", xmldecl=False, svgns=True, border=2, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None
    )
    return out.getvalue().decode()


def _verdict(found: protection.Protection) -> str:
    if not found.totp_since and not found.passkeys:
        if found.has_password:
            return _("Your password alone protects this account. Add a passkey or an authenticator app.")
        if found.identities:
            return _("An account elsewhere or a code by mail is enough to enter this account. Add a passkey or an authenticator app.")
        return _("A code by mail is enough to enter this account. Add a passkey or an authenticator app.")
    if not found.totp_since and found.passkeys == 1:
        return _("Well protected. Add a second passkey or an authenticator app, for the day the device of the one is lost.")
    if found.totp_since and found.backup_codes_left <= BACKUP_CODES_LOW:
        return _("Well protected. One thing is running low: your backup codes.")
    return _("Well protected.")


ROUTES = (
    show_security,
    show_change_password,
    send_change_password,
    show_change_address,
    send_change_address,
    show_confirm_address,
    send_confirm_address,
    send_begin_totp,
    show_totp,
    send_totp,
    send_remove_totp,
    send_backup_codes,
    show_confirm,
    send_confirm,
    send_confirmation_mail,
    show_api_keys,
    send_api_key,
    send_revoke_api_key,
)
