"""Pages of re-authentication before a sensitive action."""

from __future__ import annotations

from phoenix.kernel.i18n.text import _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import Redirect, View, form, our_cookie, page, safe_next
from phoenix.kernel.web.rules import EVERYWHERE, SIGNED_IN
from phoenix.kernel.web.session_reader import COOKIE
from phoenix.modules.accounts.actions.limits import REAUTHENTICATION_CODES, REAUTHENTICATIONS
from phoenix.modules.accounts.actions.settings_pages import SECURITY
from phoenix.modules.sessions.actions.renew import renew_tokens
from phoenix.modules.sign_in.actions import passkey, reauthenticate
from phoenix.modules.sign_in.actions.reauthenticate import methods_of, minutes_reauthenticated, protection_of
from phoenix.modules.sign_in.pages.passkeys_here import party_here, passkey_response, passkeys_here, possible_here


@page("/confirm", may=SIGNED_IN, before_second_factor=True, queries=1, listeners=EVERYWHERE)
async def show_reauthenticate(call: Call) -> View:
    """Re-authenticate, then continue to `next`."""
    found = await protection_of(call.db, call.actor.account)
    methods = possible_here(call, methods_of(found))
    wanted = call.form.get("method") or call.query("method")
    method = wanted if wanted in methods else methods[0]
    shown = {"next": safe_next(call.query("next") or call.form.get("next") or SECURITY), "method": method}
    both = found.has_password and method in {"totp", "backup_code"}
    minutes = minutes_reauthenticated(call.runtime)
    context = {"form": shown, "methods": methods, "both": both, "minutes": minutes, "passkeys": passkeys_here(call)}
    return View("sign_in/reauthenticate.html", context)


@form(
    "/confirm",
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
    if method == "passkey":
        await passkey.reauthenticate(call.runtime, call.tx, call.actor, party_here(call), passkey_response(call))
    else:
        password = sent.get("password", "")
        answer = password if method == "password" else sent.get("code", "")
        await reauthenticate.reauthenticate(call.runtime, call.tx, call.actor, method=method, answer=answer, password=password)
    made = await renew_tokens(call.runtime, call.tx, call.actor)
    call.cookies.append(our_cookie(call.runtime, COOKIE, made.token, seconds=made.seconds if made.remembered else None))
    return Redirect(safe_next(sent.get("next") or SECURITY))


@form("/confirm/mail", may=SIGNED_IN, before_second_factor=True, queries=3, limits=(REAUTHENTICATION_CODES,), listeners=EVERYWHERE)
async def send_reauthentication_email(call: Call) -> Redirect:
    await reauthenticate.request_code(call.tx, call.actor)
    return Redirect(f"/confirm?method=email_code&next={safe_next(call.form.get('next') or '/')}", _("We've sent you a code."))


ROUTES = (show_reauthenticate, send_reauthenticate, send_reauthentication_email)
