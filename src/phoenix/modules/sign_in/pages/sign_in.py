"""Pages of signing in and out: with a password, a passkey, an emailed code, and the second factor."""

from __future__ import annotations

from phoenix.kernel.errors import FieldError, InvalidInput
from phoenix.kernel.i18n.templates import query
from phoenix.kernel.language import _
from phoenix.kernel.security.captcha import answer_in
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.cookies import cookie_value
from phoenix.kernel.web.pages import Redirect, View, form, our_cookie, page, safe_next
from phoenix.kernel.web.rules import EVERYWHERE, PUBLIC, SIGNED_IN
from phoenix.kernel.web.session_reader import COOKIE
from phoenix.modules.accounts.actions.email_verification import proof_of
from phoenix.modules.accounts.actions.limits import (
    PASSKEY_SIGN_INS,
    SECOND_FACTORS,
    SIGN_IN_CODES,
    SIGN_INS,
    SIGN_INS_BY_CODE,
    UNLOCKS,
)
from phoenix.modules.providers.actions.providers import providers
from phoenix.modules.sessions.actions import end
from phoenix.modules.sign_in.actions import email_code, passkey, second_factor, unlock
from phoenix.modules.sign_in.actions.password import check_password
from phoenix.modules.sign_in.errors import AddressNotVerified
from phoenix.modules.sign_in.pages.links import address_of, carried, is_gone, next_of, token_of, was_sent
from phoenix.modules.sign_in.pages.passkeys_here import party_here, passkey_response, passkeys_here, possible_here
from phoenix.modules.sign_in.pages.signed_in import CHALLENGE_COOKIE, known_device, remember_sign_up, sender_of, sign_in_browser

METHODS = ("totp", "backup_code", "passkey")


@page("/", may=PUBLIC, queries=0)
async def front(call: Call) -> Redirect:
    """Redirect to the first organisation, to the list of organisations, or to sign-in."""
    if call.user is None:
        return Redirect("/sign-in")
    memberships = call.user.memberships
    return Redirect(f"/o/{memberships[0].slug}/dashboard" if memberships else "/organisations")


@page("/sign-in", may=PUBLIC, queries=0, listeners=EVERYWHERE)
async def show_sign_in(call: Call) -> View | Redirect:
    if call.user is not None:
        return Redirect(safe_next(call.query("next") or "/"))
    return View(
        "sign_in/sign_in.html", {"form": carried(call), "passkeys": passkeys_here(call), "providers": providers(call.runtime.settings)}
    )


@form("/sign-in", signs_in=True, may=PUBLIC, queries=15, limits=(SIGN_INS,), retry=show_sign_in, listeners=EVERYWHERE, costs="argon2")
async def send_sign_in(call: Call) -> Redirect:
    sent = call.form
    email = sent.get("email", "")
    missing = [
        FieldError(name, "missing", _("This field is required.")) for name in ("email", "password") if not sent.get(name, "").strip()
    ]
    if missing:
        raise InvalidInput(errors=tuple(missing))
    try:
        found = await check_password(
            call.runtime, call.tx, email=email, password=sent["password"], device=known_device(call), on_to=next_of(sent)
        )
    except AddressNotVerified as problem:
        remember_sign_up(call, problem.sign_up, next_of(sent))
        return Redirect(query("/verify", email=email, next=next_of(sent)), _("Confirm your address first. We've emailed you a code."))
    remember, on_to = bool(sent.get("remember")), sent.get("next", "")
    return await sign_in_browser(call, found.account, method="password", remember=remember, on_to=on_to, generation=found.generation)


@form("/sign-in/passkey", signs_in=True, may=PUBLIC, queries=15, limits=(PASSKEY_SIGN_INS,), retry=show_sign_in, listeners=EVERYWHERE)
async def send_sign_in_with_passkey(call: Call) -> Redirect:
    sent = call.form
    account = await passkey.sign_in(call.runtime, call.tx, party_here(call), passkey_response(call))
    remember, on_to = bool(sent.get("remember")), sent.get("next", "")
    return await sign_in_browser(call, account, method="passkey", remember=remember, on_to=on_to, strong=True)


@page("/sign-in/second-step", may=PUBLIC, queries=0, listeners=EVERYWHERE)
async def show_second_factor(call: Call) -> View | Redirect:
    challenge = cookie_value(call, CHALLENGE_COOKIE)
    if not challenge:
        return Redirect(query("/sign-in", next=next_of(carried(call))), _("This sign-in has expired. Sign in again."))
    methods = [method for method in call.query("methods").split(",") if method in METHODS] or ["totp", "backup_code"]
    methods = possible_here(call, methods)
    wanted = call.form.get("method") or call.query("method")
    method = wanted if wanted in methods else methods[0]
    shown = {"next": next_of(carried(call)), "method": method}
    context = {"form": shown, "methods": methods, "passkeys": passkeys_here(call), "challenge": challenge}
    return View("sign_in/second_factor.html", context)


@form(
    "/sign-in/second-step",
    signs_in=True,
    may=PUBLIC,
    queries=17,
    limits=(SECOND_FACTORS,),
    retry=show_second_factor,
    listeners=EVERYWHERE,
    costs="argon2",
)
async def send_second_factor(call: Call) -> Redirect:
    token, method = cookie_value(call, CHALLENGE_COOKIE), call.form.get("method", "totp")
    if method == "passkey":
        owed = await passkey.answer_challenge(call.runtime, call.tx, party_here(call), token, passkey_response(call))
    else:
        owed = await second_factor.answer_challenge(call.runtime, call.tx, token, method=method, code=call.form.get("code", ""))
    way, on_to = f"{owed.method}+{method}", call.form.get("next", "")
    return await sign_in_browser(
        call, owed.account, method=way, remember=owed.remember, on_to=on_to, strong=True, generation=owed.generation
    )


@page("/sign-in/code", may=PUBLIC, queries=0)
async def show_ask_for_code(call: Call) -> View:
    return View("sign_in/ask_for_code.html", {"form": carried(call)})


@form("/sign-in/code", signs_in=True, may=PUBLIC, queries=3, limits=(SIGN_IN_CODES,), retry=show_ask_for_code)
async def send_ask_for_code(call: Call) -> Redirect:
    await call.runtime.captcha.require(answer_in(call.form), call.address)
    email = call.form.get("email", "").strip()
    on_to = next_of(call.form)
    await email_code.request_code(call.runtime, call.tx, email=email, sender=sender_of(call), on_to=on_to)
    return Redirect(
        query("/sign-in/by-email", email=email, next=on_to, sent="yes"), _("If this address has an account, we've sent an email to it.")
    )


@page("/sign-in/by-email", may=PUBLIC, queries=1)
async def show_sign_in_by_email(call: Call) -> View:
    """The page for the code, and the target of the link in the email: opening it uses nothing up."""
    context = {"form": carried(call), "token": token_of(call), "gone": await is_gone(call, email_code.PURPOSE), "sent": was_sent(call)}
    return View("sign_in/sign_in_by_email.html", context)


@page("/sign-in/by-mail", may=PUBLIC, queries=0)
async def forward_old_address(call: Call) -> Redirect:
    """Emails sent before the address was renamed still link here."""
    return Redirect(f"/sign-in/by-email?{call.request.url.query}")


@form("/sign-in/by-email", signs_in=True, may=PUBLIC, queries=16, limits=(SIGN_INS_BY_CODE,), retry=show_sign_in_by_email)
async def send_sign_in_by_email(call: Call) -> Redirect:
    sent = call.form
    proof = proof_of(sent, sender_of(call).names(call.runtime))
    found = await email_code.check_code(call.runtime, call.tx, proof)
    on_to = next_of(sent) or found.on_to
    return await sign_in_browser(call, found.account, method="email_code", remember=bool(sent.get("remember")), on_to=on_to)


@page("/unlock", may=PUBLIC, queries=1)
async def show_unlock(call: Call) -> View:
    context = {"form": carried(call), "token": token_of(call), "gone": await is_gone(call, unlock.PURPOSE)}
    return View("sign_in/unlock.html", context)


@form("/unlock", signs_in=True, may=PUBLIC, queries=7, limits=(UNLOCKS,), retry=show_unlock)
async def send_unlock(call: Call) -> Redirect:
    sent = call.form
    found = await unlock.unlock(call.runtime, call.tx, proof_of(sent, (call.caller,)))
    return Redirect(query("/sign-in", email=address_of(sent), next=next_of(sent) or found.on_to), _("Sign-in unlocked."))


@form(
    "/sign-out",
    frees=True,
    may=SIGNED_IN,
    before_second_factor=True,
    queries=3,
    impersonator_may=True,
    listeners=EVERYWHERE,
    without_session="/sign-in",
)
async def send_sign_out(call: Call) -> Redirect:
    await end.sign_out(call.tx, call.actor)
    call.cookies.append(our_cookie(call.runtime, COOKIE, "", seconds=0))
    sent = call.form
    return Redirect(query("/sign-in", email=address_of(sent), next=next_of(sent)), _("You've signed out."))


ROUTES = (
    front,
    show_sign_in,
    send_sign_in,
    send_sign_in_with_passkey,
    show_second_factor,
    send_second_factor,
    show_ask_for_code,
    send_ask_for_code,
    show_sign_in_by_email,
    forward_old_address,
    send_sign_in_by_email,
    show_unlock,
    send_unlock,
    send_sign_out,
)
