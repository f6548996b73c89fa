"""Pages of setting a new password without the old one."""

from __future__ import annotations

from urllib.parse import quote

from phoenix.kernel.i18n.text import _
from phoenix.kernel.security.captcha import answer_in
from phoenix.kernel.security.passwords import SHORTEST
from phoenix.kernel.web.pages import Redirect, View, Visit, form, page
from phoenix.kernel.web.rules import PUBLIC
from phoenix.modules.accounts.actions import reset_password
from phoenix.modules.accounts.actions.prove import Given
from phoenix.modules.accounts.api.data import PROOFS, RESETS


@page("/forgot-password", permission=PUBLIC, queries=0)
async def show_forgot_password(visit: Visit) -> View:
    return View("accounts/forgot_password.html", {"form": {"email": visit.query("email")}})


@form("/forgot-password", permission=PUBLIC, queries=2, limits=(RESETS,), retry=show_forgot_password)
async def send_forgot_password(visit: Visit) -> Redirect:
    await visit.runtime.captcha.require(answer_in(visit.form), visit.address)
    email = visit.form.get("email", "").strip()
    await reset_password.ask_for_reset(visit.runtime, visit.tx, email=email)
    return Redirect(f"/reset-password?email={quote(email)}", _("If this address has an account, a mail is on its way."))


@page("/reset-password", permission=PUBLIC, queries=0)
async def show_reset_password(visit: Visit) -> View:
    token = visit.form.get("token") or visit.query("token")
    return View("accounts/reset_password.html", {"form": {"email": visit.query("email")}, "token": token, "least": SHORTEST})


@form("/reset-password", permission=PUBLIC, queries=8, limits=(PROOFS,), retry=show_reset_password)
async def send_reset_password(visit: Visit) -> Redirect:
    sent = visit.form
    given = Given(sent.get("token", ""), sent.get("email", ""), sent.get("code", ""))
    await reset_password.reset_password(visit.runtime, visit.tx, given, password=sent.get("password", ""))
    return Redirect("/sign-in", _("Your new password is set. You were signed out everywhere; sign in with it."))


ROUTES = (show_forgot_password, send_forgot_password, show_reset_password, send_reset_password)
