"""Pages of signing up, proving an address, setting a new password, and the first administrator."""

from __future__ import annotations

from urllib.parse import quote

from phoenix.kernel.actor import ADMINISTRATOR
from phoenix.kernel.errors import Forbidden, NotFound
from phoenix.kernel.i18n.text import _
from phoenix.kernel.security.captcha import answer_in
from phoenix.kernel.security.passwords import SHORTEST
from phoenix.kernel.web.pages import Redirect, View, Visit, form, page, safe_next
from phoenix.kernel.web.rules import PUBLIC
from phoenix.modules.accounts.actions import first_administrator, sign_up, verify
from phoenix.modules.accounts.actions.prove import Given
from phoenix.modules.accounts.actions.providers import providers
from phoenix.modules.accounts.api.data import PROOFS, SIGN_UPS
from phoenix.modules.accounts.errors import WrongProof
from phoenix.modules.accounts.pages.enter import let_in, remember_sign_up, sign_up_of


@page("/sign-up", permission=PUBLIC, queries=0)
async def show_sign_up(visit: Visit) -> View | Redirect:
    if visit.visitor is not None:
        return Redirect(safe_next(visit.query("next") or "/"))
    form_ = {"next": visit.query("next"), "email": visit.query("email")}
    return View("accounts/sign_up.html", {"form": form_, "least": SHORTEST, "providers": providers(visit.runtime.settings)})


@form("/sign-up", permission=PUBLIC, queries=4, limits=(SIGN_UPS,), retry=show_sign_up)
async def send_sign_up(visit: Visit) -> View:
    sent = visit.form
    await visit.runtime.captcha.require(answer_in(sent), visit.address)
    made = await sign_up.sign_up(
        visit.runtime,
        visit.tx,
        email=sent.get("email", ""),
        password=sent.get("password", ""),
        name=sent.get("name", ""),
        time_zone=sent.get("time_zone") or "UTC",
        locale="en",
        accept_terms=bool(sent.get("accept_terms")),
    )
    remember_sign_up(visit, made)
    return View("accounts/sign_up_done.html", {"form": {"email": sent.get("email", "").strip(), "next": sent.get("next", "")}})


@page("/verify", permission=PUBLIC, queries=0)
async def show_verify(visit: Visit) -> View:
    return View("accounts/verify.html", {"form": {"email": visit.query("email")}})


@form("/verify", permission=PUBLIC, queries=12, limits=(PROOFS,), retry=show_verify)
async def send_verify(visit: Visit) -> Redirect:
    email, on_to = visit.form.get("email", "").strip(), safe_next(visit.form.get("next") or "/")
    given = Given(email=email, code=visit.form.get("code", ""))
    begun = await verify.verify(visit.runtime, visit.tx, given, signed_up_here=sign_up_of(visit))
    if begun.here:
        return await let_in(visit, begun.account, method="email_code", on_to=on_to, toast=_("Your address is confirmed."))
    # The password was typed in another browser, so it is asked for in this one.
    return Redirect(f"/sign-in?email={quote(email)}&next={quote(on_to, safe='')}", _("Your address is confirmed. Sign in to begin."))


@form("/verify/resend", permission=PUBLIC, queries=2, limits=(PROOFS,), retry=show_verify)
async def send_resend(visit: Visit) -> View:
    await sign_up.resend_verification(visit.runtime, visit.tx, email=visit.form.get("email", ""))
    return View("accounts/sign_up_done.html", {"form": {"email": visit.form.get("email", "").strip(), "next": visit.form.get("next", "")}})


@page("/verify/link", permission=PUBLIC, queries=0)
async def show_verify_link(visit: Visit) -> View:
    return View("accounts/verify_link.html", {"token": visit.form.get("token") or visit.query("token")})


@form("/verify/link", permission=PUBLIC, queries=6, limits=(PROOFS,), retry=show_verify_link)
async def send_verify_link(visit: Visit) -> Redirect:
    if not visit.form.get("token"):
        raise WrongProof(_("This link is not whole. Open it again from the mail, or type the code."))
    await verify.verify(visit.runtime, visit.tx, Given(token=visit.form["token"]), signed_up_here=sign_up_of(visit))
    # Who opens a link may be on another device than their browser.
    return Redirect("/sign-in", _("Your address is confirmed. Sign in to begin."))


@page("/first-administrator", permission=PUBLIC, queries=1)
async def show_first_administrator(visit: Visit) -> View:
    token = visit.form.get("token") or visit.query("token")
    if not first_administrator.is_link_token(visit.runtime, token):
        raise NotFound(_("This link is too old or not whole. Start Phoenix again to get a new one."))
    if not await first_administrator.needs_administrator(visit.db):
        raise Forbidden(_("Phoenix has its first administrator already. Sign in, or ask them."))
    return View("accounts/first_administrator.html", {"form": {}, "token": token, "least": SHORTEST})


@form("/first-administrator", permission=PUBLIC, queries=10, limits=(SIGN_UPS,), retry=show_first_administrator)
async def send_first_administrator(visit: Visit) -> Redirect:
    sent = visit.form
    account = await first_administrator.become_first_administrator(
        visit.runtime,
        visit.tx,
        token=sent.get("token", ""),
        email=sent.get("email", ""),
        password=sent.get("password", ""),
        name=sent.get("name", ""),
        time_zone=sent.get("time_zone") or "UTC",
    )
    return await let_in(visit, account, method="first_administrator", on_to="/first-administrator/welcome")


@page("/first-administrator/welcome", permission=ADMINISTRATOR, queries=0, before_second_factor=True)
async def show_welcome(visit: Visit) -> View:
    """What there is to do first, for who may run all of it."""
    panel = visit.runtime.settings.admin
    return View("accounts/welcome.html", {"panel": panel.origin if panel.port else ""})


@page("/terms", permission=PUBLIC, queries=0)
async def show_terms(visit: Visit) -> View:
    del visit
    return View("accounts/terms.html")


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
