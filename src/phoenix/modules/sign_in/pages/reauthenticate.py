"""Pages of re-authentication before a sensitive action."""

from __future__ import annotations

from phoenix.kernel.i18n.templates import query
from phoenix.kernel.language import _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import Redirect, View, form, our_cookie, page, safe_next
from phoenix.kernel.web.rules import EVERYWHERE, SIGNED_IN
from phoenix.kernel.web.session_reader import COOKIE
from phoenix.modules.accounts.actions.limits import REAUTHENTICATION_CODES, REAUTHENTICATIONS
from phoenix.modules.accounts.actions.settings_pages import SECURITY
from phoenix.modules.sessions.actions.renew import renew_tokens
from phoenix.modules.sign_in.actions import passkey, reauthenticate
from phoenix.modules.sign_in.actions.reauthenticate import methods_of, minutes_reauthenticated, protection_of
from phoenix.modules.sign_in.pages.links import carried, is_gone, next_of, token_of
from phoenix.modules.sign_in.pages.passkeys_here import party_here, passkey_response, passkeys_here, possible_here


@page("/confirm", may=SIGNED_IN, before_second_factor=True, queries=2, listeners=EVERYWHERE)
async def show_reauthenticate(call: Call) -> View:
    """Re-authenticate, then continue to `next`."""
    found = await protection_of(call.db, call.actor.account)
    methods = possible_here(call, methods_of(found))
    wanted = call.form.get("method") or call.query("method")
    method = wanted if wanted in methods else methods[0]
    shown = {"next": next_of(carried(call)), "method": method}
    both = found.has_password and method in {"totp", "backup_code"}
    minutes = minutes_reauthenticated(call.runtime)
    token = token_of(call) if method == "email_code" and not await is_gone(call, reauthenticate.PURPOSE) else ""
    context = {"form": shown, "methods": methods, "both": both, "minutes": minutes, "passkeys": passkeys_here(call), "token": token}
    return View("sign_in/reauthenticate.html", context)


@form(
    "/confirm",
    signs_in=True,
    may=SIGNED_IN,
    before_second_factor=True,
    queries=17,
    limits=(REAUTHENTICATIONS,),
    retry=show_reauthenticate,
    listeners=EVERYWHERE,
    costs="argon2",
)
async def send_reauthenticate(call: Call) -> Redirect:
    method, sent = call.form.get("method", ""), call.form
    on_to = next_of(sent)
    if method == "passkey":
        await passkey.reauthenticate(call.runtime, call.tx, call.actor, party_here(call), passkey_response(call))
    else:
        password = sent.get("password", "")
        answer = password if method == "password" else sent.get("code", "")
        given = {"method": method, "answer": answer, "password": password, "token": sent.get("token", "")}
        stored = await reauthenticate.reauthenticate(call.runtime, call.tx, call.actor, **given)
        on_to = on_to or stored
    made = await renew_tokens(call.runtime, call.tx, call.actor)
    call.cookies.append(our_cookie(call.runtime, COOKIE, made.token, seconds=made.seconds if made.remembered else None))
    return Redirect(safe_next(on_to or SECURITY))


@form(
    "/confirm/mail",
    signs_in=True,
    may=SIGNED_IN,
    before_second_factor=True,
    queries=3,
    limits=(REAUTHENTICATION_CODES,),
    listeners=EVERYWHERE,
)
async def send_reauthentication_email(call: Call) -> Redirect:
    on_to = next_of(call.form)
    await reauthenticate.request_code(call.runtime, call.tx, call.actor, on_to)
    return Redirect(query("/confirm", method="email_code", next=on_to), _("We've sent you a code."))


ROUTES = (show_reauthenticate, send_reauthenticate, send_reauthentication_email)
