"""Pages of setting a new password without the old one."""

from __future__ import annotations

from urllib.parse import quote

from phoenix.kernel.i18n.text import _
from phoenix.kernel.security.captcha import answer_in
from phoenix.kernel.security.passwords import SHORTEST
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import Redirect, View, form, page
from phoenix.kernel.web.rules import PUBLIC
from phoenix.modules.accounts.actions.email_verification import proof_of
from phoenix.modules.accounts.actions.limits import PASSWORD_RESETS, RESETS
from phoenix.modules.sign_in.actions import reset_password
from phoenix.modules.sign_in.pages.signed_in import sender_of


@page("/forgot-password", may=PUBLIC, queries=0)
async def show_forgot_password(call: Call) -> View:
    return View("sign_in/forgot_password.html", {"form": {"email": call.query("email")}})


@form("/forgot-password", may=PUBLIC, queries=2, limits=(RESETS,), retry=show_forgot_password)
async def send_forgot_password(call: Call) -> Redirect:
    await call.runtime.captcha.require(answer_in(call.form), call.address)
    email = call.form.get("email", "").strip()
    await reset_password.request_reset(call.runtime, call.tx, email=email, sender=sender_of(call))
    return Redirect(f"/reset-password?email={quote(email)}", _("If this address has an account, we've sent an email to it."))


@page("/reset-password", may=PUBLIC, queries=0)
async def show_reset_password(call: Call) -> View:
    token = call.form.get("token") or call.query("token")
    return View("sign_in/reset_password.html", {"form": {"email": call.query("email")}, "token": token, "least": SHORTEST})


@form("/reset-password", may=PUBLIC, queries=11, limits=(PASSWORD_RESETS,), retry=show_reset_password, costs="argon2")
async def send_reset_password(call: Call) -> Redirect:
    sent = call.form
    proof = proof_of(sent, sender_of(call).names(call.runtime))
    await reset_password.reset_password(call.runtime, call.tx, proof, password=sent.get("password", ""))
    return Redirect("/sign-in", _("Password set. You've been signed out everywhere. Sign in with the new password."))


ROUTES = (show_forgot_password, send_forgot_password, show_reset_password, send_reset_password)
