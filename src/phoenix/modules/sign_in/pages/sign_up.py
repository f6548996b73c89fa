"""Pages of signing up, verifying an address, and the first administrator."""

from __future__ import annotations

from typing import Any

from phoenix.kernel.actor import ADMINISTRATOR
from phoenix.kernel.errors import Forbidden, NotFound
from phoenix.kernel.i18n.times import zone_or_utc
from phoenix.kernel.language import _, current_locale
from phoenix.kernel.security.captcha import answer_in
from phoenix.kernel.security.passwords import SHORTEST
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import Redirect, View, form, page, safe_next, shown_once
from phoenix.kernel.web.rules import PUBLIC
from phoenix.modules.accounts.actions.email_verification import EmailProof
from phoenix.modules.accounts.actions.limits import (
    FIRST_ADMINISTRATOR,
    SIGN_UP_CONFIRMATIONS,
    SIGN_UPS,
    VERIFICATION_EMAILS,
)
from phoenix.modules.accounts.errors import WrongCode
from phoenix.modules.providers.actions.providers import providers
from phoenix.modules.sign_in.actions import first_administrator, sign_up, verify
from phoenix.modules.sign_in.pages.links import carried, is_gone, next_of, token_of
from phoenix.modules.sign_in.pages.signed_in import remember_sign_up, sign_in_browser, sign_up_of

VERIFY = "/verify"


@page("/sign-up", may=PUBLIC, queries=0)
async def show_sign_up(call: Call) -> View | Redirect:
    if call.user is not None:
        return Redirect(safe_next(call.query("next") or "/"))
    return View("sign_in/sign_up.html", {"form": carried(call), "least": SHORTEST, "providers": providers(call.runtime.settings)})


@form("/sign-up", may=PUBLIC, queries=4, limits=(SIGN_UPS,), retry=show_sign_up, costs="argon2")
async def send_sign_up(call: Call) -> Redirect:
    sent = call.form
    await call.runtime.captcha.require(answer_in(sent), call.address)
    made = await sign_up.sign_up(
        call.runtime,
        call.tx,
        email=sent.get("email", ""),
        password=sent.get("password", ""),
        name=sent.get("name", ""),
        time_zone=zone_or_utc(sent.get("time_zone", "")),
        locale=current_locale(),
        accept_terms=bool(sent.get("accept_terms")),
        asked_by=call.caller,
        on_to=next_of(sent),
    )
    remember_sign_up(call, made, sent.get("next", ""))
    return Redirect(VERIFY, shows={"email": sent.get("email", "").strip(), "next": sent.get("next", "")})


@page(VERIFY, may=PUBLIC, queries=0)
async def show_verify(call: Call) -> View:
    sent = shown_once(call)
    return View("sign_in/sign_up_done.html" if sent else "sign_in/verify.html", {"form": {**carried(call), **sent}, **_asks(call)})


@form(VERIFY, may=PUBLIC, queries=14, limits=(SIGN_UP_CONFIRMATIONS,), retry=show_verify, costs="argon2")
async def send_verify(call: Call) -> Redirect:
    return await _verified(call, EmailProof((call.caller,), email=call.form.get("email", "").strip(), code=call.form.get("code", "")))


@form("/verify/resend", may=PUBLIC, queries=2, limits=(VERIFICATION_EMAILS,), retry=show_verify)
async def send_resend(call: Call) -> Redirect:
    await sign_up.resend_verification(call.tx, email=call.form.get("email", ""), asked_by=call.caller)
    typed = {name: call.form.get(name, "") for name in ("next", "name", "time_zone")}
    toast = _("If the address can be used and isn't confirmed yet, we've sent another email.")
    return Redirect(VERIFY, toast, shows={"email": call.form.get("email", "").strip(), **typed})


@page("/verify/link", may=PUBLIC, queries=1)
async def show_verify_link(call: Call) -> View:
    gone = not token_of(call) or await is_gone(call, verify.PURPOSE)
    return View("sign_in/verify_link.html", {"token": token_of(call), "gone": gone, "form": carried(call), **_asks(call)})


@form("/verify/link", may=PUBLIC, queries=14, limits=(SIGN_UP_CONFIRMATIONS,), retry=show_verify_link, costs="argon2")
async def send_verify_link(call: Call) -> Redirect:
    if not call.form.get("token"):
        raise WrongCode(_("This link is incomplete. Open it again from the email, or enter the code."))
    return await _verified(call, EmailProof((call.caller,), token=call.form["token"]))


def _asks(call: Call) -> dict[str, Any]:
    """Whether confirming an address in this browser asks for what the account is to be: it has no sign-up of its own."""
    return {"asks_account": not sign_up_of(call)[0], "least": SHORTEST}


async def _verified(call: Call, proof: EmailProof) -> Redirect:
    """Sign in, and continue to where the sign-up was to lead. In another browser than that of the sign-up, the account is what is typed here."""
    signed_up, kept = sign_up_of(call)
    sent = call.form
    typed = verify.Typed(sent.get("password", ""), sent.get("name", ""), zone_or_utc(sent.get("time_zone", "")), current_locale())
    found = await verify.verify(call.runtime, call.tx, proof, typed, signed_up_here=signed_up)
    on_to = next_of(sent) or next_of({"next": kept}) or found.on_to
    return await sign_in_browser(call, found.account, method="email_code", on_to=on_to, toast=_("Address confirmed."))


@page("/first-administrator", may=PUBLIC, queries=1)
async def show_first_administrator(call: Call) -> View:
    token = call.form.get("token") or call.query("token")
    if not first_administrator.is_link_token(call.runtime, token):
        raise NotFound(_("This link has expired or is incomplete. Restart Phoenix to get a new one."))
    if not await first_administrator.needs_administrator(call.db):
        raise Forbidden(_("Phoenix already has an administrator. Sign in, or ask an administrator for access."))
    return View("sign_in/first_administrator.html", {"form": {}, "token": token, "least": SHORTEST})


@form("/first-administrator", may=PUBLIC, queries=11, limits=(FIRST_ADMINISTRATOR,), retry=show_first_administrator, costs="argon2")
async def send_first_administrator(call: Call) -> Redirect:
    sent = call.form
    account = await first_administrator.become_first_administrator(
        call.runtime,
        call.tx,
        token=sent.get("token", ""),
        email=sent.get("email", ""),
        password=sent.get("password", ""),
        name=sent.get("name", ""),
        time_zone=zone_or_utc(sent.get("time_zone", "")),
    )
    return await sign_in_browser(call, account, method="first_administrator", on_to="/first-administrator/welcome")


@page("/first-administrator/welcome", may=ADMINISTRATOR, queries=0, before_second_factor=True)
async def show_welcome(call: Call) -> View:
    """The first steps for someone with full access."""
    panel = call.runtime.settings.admin
    return View("sign_in/welcome.html", {"panel": panel.origin if panel.port else ""})


@page("/terms", may=PUBLIC, queries=0)
async def show_terms(call: Call) -> View:
    del call
    return View("sign_in/terms.html")


ROUTES = (
    show_sign_up,
    send_sign_up,
    show_verify,
    send_verify,
    send_resend,
    show_verify_link,
    send_verify_link,
    show_first_administrator,
    send_first_administrator,
    show_welcome,
    show_terms,
)
