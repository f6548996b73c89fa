"""Pages of accounts: sign up, confirm, sign in, settings."""

from __future__ import annotations

from urllib.parse import quote

from phoenix.kernel.errors import FieldError, Forbidden, InvalidInput, NotFound, PreconditionFailed
from phoenix.kernel.passwords import SHORTEST
from phoenix.kernel.text import _
from phoenix.kernel.web.endpoint import LOGGED_IN, PUBLIC
from phoenix.kernel.web.login import COOKIE
from phoenix.kernel.web.pages import Redirect, View, Visit, form, our_cookie, page, safe_next
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.actions import first_administrator, log_in, profile, reset_password, sessions, sign_up, verify
from phoenix.modules.accounts.actions.prove import Given
from phoenix.modules.accounts.api import LOG_INS, PROOFS, RESETS, SIGN_UPS
from phoenix.modules.accounts.errors import AddressNotProven, WrongCredentials, WrongProof
from phoenix.modules.accounts.place import device_of, place_of

LANGUAGES = (("en", "English"),)


@page("/", permission=PUBLIC, queries=0)
async def front(visit: Visit) -> Redirect:
    """To one's first organisation, to make one, or to sign in."""
    if visit.visitor is None:
        return Redirect("/sign-in")
    seats = visit.visitor.seats
    return Redirect(f"/o/{seats[0].slug}/dashboard" if seats else "/organisations")


@page("/sign-up", permission=PUBLIC, queries=0)
async def show_sign_up(visit: Visit) -> View | Redirect:
    if visit.visitor is not None:
        return Redirect(safe_next(visit.query("next") or "/"))
    form_ = {"next": visit.query("next"), "email": visit.query("email")}
    return View("accounts/sign_up.html", {"form": form_, "least": SHORTEST})


@form("/sign-up", permission=PUBLIC, queries=4, limits=(SIGN_UPS,), retry=show_sign_up)
async def send_sign_up(visit: Visit) -> View:
    sent = visit.form
    await sign_up.sign_up(
        visit.runtime,
        visit.tx,
        email=sent.get("email", ""),
        password=sent.get("password", ""),
        name=sent.get("name", ""),
        time_zone=sent.get("time_zone") or "UTC",
        locale="en",
        accept_terms=bool(sent.get("accept_terms")),
    )
    return View("accounts/sign_up_done.html", {"form": {"email": sent.get("email", "").strip(), "next": sent.get("next", "")}})


@page("/verify", permission=PUBLIC, queries=0)
async def show_verify(visit: Visit) -> View:
    return View("accounts/verify.html", {"form": {"email": visit.query("email")}})


@form("/verify", permission=PUBLIC, queries=8, limits=(PROOFS,), retry=show_verify)
async def send_verify(visit: Visit) -> Redirect:
    account = await verify.verify(visit.runtime, visit.tx, Given(email=visit.form.get("email", ""), code=visit.form.get("code", "")))
    # Who types the code is at the mailbox: they are in. Who opens a link may be on another device than their browser.
    await _begin(visit, account, method="email_code", remember=False)
    return Redirect(safe_next(visit.form.get("next") or "/"), _("Your address is confirmed."))


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
    await verify.verify(visit.runtime, visit.tx, Given(token=visit.form["token"]))
    return Redirect("/sign-in", _("Your address is confirmed. Sign in to begin."))


@page("/sign-in", permission=PUBLIC, queries=0)
async def show_sign_in(visit: Visit) -> View | Redirect:
    if visit.visitor is not None:
        return Redirect(safe_next(visit.query("next") or "/"))
    return View("accounts/sign_in.html", {"form": {"next": visit.query("next"), "email": visit.query("email")}})


@form("/sign-in", permission=PUBLIC, queries=4, limits=(LOG_INS,), retry=show_sign_in)
async def send_sign_in(visit: Visit) -> Redirect:
    sent = visit.form
    email = sent.get("email", "")
    missing = [FieldError(name, "missing", _("Fill this in.")) for name in ("email", "password") if not sent.get(name, "").strip()]
    if missing:
        raise InvalidInput(errors=tuple(missing))
    try:
        account = await log_in.check_password(visit.runtime, visit.tx, email=email, password=sent["password"])
    except WrongCredentials as refusal:
        raise InvalidInput(refusal.detail) from refusal
    except AddressNotProven:
        return Redirect(f"/verify?email={quote(email)}", _("Confirm your address first. The code is in the mail we sent."))
    await _begin(visit, account, method="password", remember=bool(sent.get("remember")))
    return Redirect(safe_next(sent.get("next") or "/"))


@form("/sign-out", permission=LOGGED_IN, queries=2)
async def send_sign_out(visit: Visit) -> Redirect:
    await sessions.end_session(visit.tx, visit.actor, visit.actor.session, reason="logged_out")
    visit.cookies.append(our_cookie(visit.runtime, COOKIE, "", seconds=0))
    return Redirect("/sign-in", _("You are signed out."))


@page("/forgot-password", permission=PUBLIC, queries=0)
async def show_forgot_password(visit: Visit) -> View:
    return View("accounts/forgot_password.html", {"form": {"email": visit.query("email")}})


@form("/forgot-password", permission=PUBLIC, queries=2, limits=(RESETS,), retry=show_forgot_password)
async def send_forgot_password(visit: Visit) -> Redirect:
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


@page("/settings/profile", permission=LOGGED_IN, queries=1)
async def show_profile(visit: Visit) -> View:
    account = await visit.db.one(queries.ACCOUNT, visit.actor.account)
    shown = {"name": account.name, "time_zone": account.time_zone, "locale": account.locale}
    return View("accounts/settings/profile.html", {"form": shown, "locales": LANGUAGES, "version": account.version})


@form("/settings/profile", permission=LOGGED_IN, queries=2, retry=show_profile)
async def send_profile(visit: Visit) -> Redirect:
    sent = visit.form
    version = sent.get("version", "")
    try:
        await profile.change_profile(
            visit.tx,
            visit.actor,
            name=sent.get("name"),
            time_zone=sent.get("time_zone"),
            locale=sent.get("locale"),
            version=int(version) if version.isdecimal() and len(version) < 10 else None,
        )
    except PreconditionFailed as refusal:
        raise InvalidInput(refusal.detail) from refusal
    return Redirect("/settings/profile", _("Your profile is saved."))


@page("/settings/sessions", permission=LOGGED_IN, queries=1)
async def show_sessions(visit: Visit) -> View:
    found = await visit.db.all(queries.SESSIONS, visit.actor.account, visit.db.now)
    return View("accounts/settings/sessions.html", {"sessions": [_session(s, visit.actor.session) for s in found]})


@form("/settings/sessions/{session_id:str}/end", permission=LOGGED_IN, queries=2)
async def send_end_session(visit: Visit) -> Redirect:
    await sessions.end_session(visit.tx, visit.actor, visit.path["session_id"])
    return Redirect("/settings/sessions", _("That session has ended."))


@form("/settings/sessions/end-others", permission=LOGGED_IN, queries=2)
async def send_end_others(visit: Visit) -> Redirect:
    await sessions.end_other_sessions(visit.tx, visit.actor.account, keep=visit.actor.session)
    return Redirect("/settings/sessions", _("All other sessions have ended."))


@page("/first-administrator", permission=PUBLIC, queries=1)
async def show_first_administrator(visit: Visit) -> View:
    token = visit.form.get("token") or visit.query("token")
    if not first_administrator.is_link_token(visit.runtime, token):
        raise NotFound(_("This link is too old or not whole. Start Phoenix again to get a new one."))
    if not await first_administrator.needs_administrator(visit.db):
        raise Forbidden(_("Phoenix has its first administrator already. Sign in, or ask them."))
    return View("accounts/first_administrator.html", {"form": {}, "token": token, "least": SHORTEST})


@form("/first-administrator", permission=PUBLIC, queries=6, limits=(SIGN_UPS,), retry=show_first_administrator)
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
    await _begin(visit, account, method="first_administrator", remember=False)
    return Redirect("/organisations/new", _("You are the first administrator."))


@page("/terms", permission=PUBLIC, queries=0)
async def show_terms(visit: Visit) -> View:
    del visit
    return View("accounts/terms.html")


def _session(found: queries.Session, current: str) -> dict[str, object]:
    return {
        "id": found.id,
        "device": found.device,
        "place": found.place,
        "created_at": found.created_at,
        "seen_at": found.seen_at,
        "remembered": found.remembered,
        "current": found.id == current,
    }


async def _begin(visit: Visit, account: str, *, method: str, remember: bool) -> None:
    """A session in a cookie; it ends with the browser unless it is to be remembered."""
    made = await log_in.begin_session(
        visit.runtime,
        visit.tx,
        account=account,
        method=method,
        device=device_of(visit.agent),
        place=place_of(visit.address),
        remember=remember,
        api=False,
    )
    visit.cookies.append(our_cookie(visit.runtime, COOKIE, made.token, seconds=made.seconds if remember else None))


ROUTES = (
    front,
    show_sign_up,
    send_sign_up,
    show_verify,
    send_verify,
    send_resend,
    show_verify_link,
    send_verify_link,
    show_sign_in,
    send_sign_in,
    send_sign_out,
    show_forgot_password,
    send_forgot_password,
    show_reset_password,
    send_reset_password,
    show_profile,
    send_profile,
    show_sessions,
    send_end_session,
    send_end_others,
    show_first_administrator,
    send_first_administrator,
    show_terms,
)
