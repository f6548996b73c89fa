"""Pages of setting a new password without the old one."""

from __future__ import annotations

from phoenix.kernel.i18n.templates import query
from phoenix.kernel.language import _
from phoenix.kernel.security.captcha import answer_in
from phoenix.kernel.security.passwords import SHORTEST
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import Redirect, View, form, page
from phoenix.kernel.web.rules import PUBLIC
from phoenix.modules.accounts.actions.email_verification import proof_of
from phoenix.modules.accounts.actions.limits import PASSWORD_RESETS, RESETS
from phoenix.modules.sign_in.actions import reset_password
from phoenix.modules.sign_in.pages.links import address_of, carried, is_gone, next_of, token_of, was_sent
from phoenix.modules.sign_in.pages.signed_in import sender_of


@page("/forgot-password", may=PUBLIC, queries=0)
async def show_forgot_password(call: Call) -> View:
    return View("sign_in/forgot_password.html", {"form": carried(call)})


@form("/forgot-password", signs_in=True, may=PUBLIC, queries=2, limits=(RESETS,), retry=show_forgot_password)
async def send_forgot_password(call: Call) -> Redirect:
    await call.runtime.captcha.require(answer_in(call.form), call.address)
    email = call.form.get("email", "").strip()
    on_to = next_of(call.form)
    await reset_password.request_reset(call.runtime, call.tx, email=email, sender=sender_of(call), on_to=on_to)
    return Redirect(
        query("/reset-password", email=email, next=on_to, sent="yes"), _("If this address has an account, we've sent an email to it.")
    )


@page("/reset-password", may=PUBLIC, queries=1)
async def show_reset_password(call: Call) -> View:
    context = {"form": carried(call), "token": token_of(call), "gone": await is_gone(call, reset_password.PURPOSE), "sent": was_sent(call)}
    return View("sign_in/reset_password.html", {**context, "least": SHORTEST})


@form("/reset-password", signs_in=True, may=PUBLIC, queries=11, limits=(PASSWORD_RESETS,), retry=show_reset_password, costs="argon2")
async def send_reset_password(call: Call) -> Redirect:
    sent = call.form
    proof = proof_of(sent, sender_of(call).names(call.runtime))
    found = await reset_password.reset_password(call.runtime, call.tx, proof, password=sent.get("password", ""))
    target = query("/sign-in", email=address_of(sent), next=next_of(sent) or found.on_to)
    return Redirect(target, _("Password set. You've been signed out everywhere. Sign in with the new password."))


ROUTES = (show_forgot_password, send_forgot_password, show_reset_password, send_reset_password)
