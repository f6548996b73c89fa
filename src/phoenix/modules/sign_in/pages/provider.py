"""Pages of signing in with an identity provider: the redirect, the callback, and the questions in between."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

import msgspec

from phoenix.kernel.errors import Conflict, NotSignedIn, PhoenixError
from phoenix.kernel.i18n.templates import query
from phoenix.kernel.i18n.times import zone_or_utc
from phoenix.kernel.language import _, current_locale
from phoenix.kernel.web import csrf
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.cookies import cookie_value
from phoenix.kernel.web.handling import check_budget, transaction_of_caller, transaction_of_nobody
from phoenix.kernel.web.pages import Redirect, View, form, our_cookie, page, safe_next, shown_once
from phoenix.kernel.web.rules import PUBLIC, SIGNED_IN
from phoenix.modules.accounts.actions.limits import (
    CONNECTION_STARTS,
    CONNECTIONS,
    PROVIDER_CALLBACKS,
    PROVIDER_SIGN_INS,
    PROVIDER_SIGN_UPS,
)
from phoenix.modules.accounts.actions.settings_pages import SECURITY
from phoenix.modules.providers.actions import identities, oauth
from phoenix.modules.providers.actions.identities import PendingIdentity, UnknownIdentity
from phoenix.modules.providers.actions.oauth import Flow, ProviderCallback, ProviderProfile
from phoenix.modules.providers.actions.providers import Provider, provider_called, title_of
from phoenix.modules.providers.errors import ProviderDown, ProviderRefused
from phoenix.modules.sign_in.actions.provider import sign_up_with_provider
from phoenix.modules.sign_in.pages.links import carried, next_of
from phoenix.modules.sign_in.pages.sign_in import show_sign_in
from phoenix.modules.sign_in.pages.signed_in import sign_in_browser

FLOW_COOKIE = "phoenix_provider"
PENDING_COOKIE = "phoenix_identity"
NAME_COOKIE = "phoenix_name_elsewhere"
NAME_PURPOSE = "name elsewhere"
SECONDS = round(oauth.LIVES.total_seconds())
# The queries of a callback: finding the identity and the address, then those of any sign-in.
BACK_QUERIES = 17


@form("/sign-in/with/{provider:str}", signs_in=True, may=PUBLIC, queries=0, limits=(PROVIDER_SIGN_INS,), retry=show_sign_in)
async def send_sign_in_with(call: Call) -> Redirect:
    """To the provider, by a page that redirects: browsers refuse to follow a form's redirect to another site (form-action)."""
    provider = provider_called(call.runtime.settings, call.path["provider"])
    remember, on_to = bool(call.form.get("remember")), next_of(call.form)
    url, sealed = await oauth.begin(call.runtime, provider, browser=_browser(call), purpose="sign_in", remember=remember, on_to=on_to)
    return _out(call, provider, url, sealed, on_to)


@form("/settings/connect/{provider:str}", may=SIGNED_IN, queries=0, limits=(CONNECTION_STARTS,), sensitive=True)
async def send_connect_with(call: Call) -> View | Redirect:
    """To the provider, to connect an identity there to the account that is signed in."""
    provider, actor = provider_called(call.runtime.settings, call.path["provider"]), call.actor
    try:
        url, sealed = await oauth.begin(
            call.runtime, provider, browser=_browser(call), purpose="connect", account=actor.account, session=actor.session
        )
    except ProviderDown as problem:
        return _not_connected(problem)
    return _out(call, provider, url, sealed)


@page("/sign-in/with/{provider:str}/continue", may=PUBLIC, queries=0)
async def show_continue(call: Call) -> View | Redirect:
    """From here on to the provider; after ten minutes the sign-in begins again."""
    shown = shown_once(call)
    return View("sign_in/continue.html", shown) if shown else Redirect("/sign-in")


@page("/sign-in/with/{provider:str}/callback", may=PUBLIC, queries=0, limits=(PROVIDER_CALLBACKS,))
async def show_callback(call: Call) -> View | Redirect:
    """The callback from the provider. It is a GET that changes something, protected by the state bound to this browser."""
    runtime, browser = call.runtime, _browser(call)
    provider = provider_called(runtime.settings, call.path["provider"])
    sealed = cookie_value(call, FLOW_COOKIE)
    started = oauth.read_flow(runtime, browser=browser, sealed=sealed)
    name = _name_given(call) if provider.form_post else ""
    said = ProviderCallback(call.query("code"), call.query("state"), call.query("error"), call.query("iss"), name)
    call.cookies += [our_cookie(runtime, spent, "", seconds=0) for spent in (FLOW_COOKIE, NAME_COOKIE)]
    try:
        flow, profile = await oauth.finish(runtime, provider, browser=browser, sealed=sealed, said=said)
        if flow.purpose == "connect":
            return await _connected(call, flow, profile)
        async with transaction_of_nobody(call.request) as tx:
            result = await _arrived(replace(call, db=tx), flow, profile)
            check_budget(tx, BACK_QUERIES, runtime)
            return result
    except PhoenixError as problem:
        return await _refused(call, problem, started)


@form("/sign-in/with/{provider:str}/callback", signs_in=True, may=PUBLIC, queries=0, limits=(PROVIDER_CALLBACKS,), cross_site=True)
async def send_callback(call: Call) -> Redirect:
    """Apple's callback is a form from its own site, sent without our cookies. It is redirected to the usual GET, which has them."""
    provider = provider_called(call.runtime.settings, call.path["provider"])
    sent = {name: call.form[name][: oauth.LONGEST_CODE] for name in ("code", "state", "error", "iss") if call.form.get(name)}
    name = _name_in(call.form.get("user", ""))
    if provider.form_post and name:
        # Sent only the first time. Nothing depends on it; it prefills a form.
        value = call.runtime.keys.sign(NAME_PURPOSE, name, expires=call.runtime.clock.now() + oauth.LIVES)
        call.cookies.append(our_cookie(call.runtime, NAME_COOKIE, value, seconds=SECONDS))
    return Redirect(f"/sign-in/with/{provider.name}/callback?{urlencode(sent)}")


@page("/sign-up/with", may=PUBLIC, queries=0)
async def show_sign_up_with(call: Call) -> View | Redirect:
    """The remaining questions for someone whose address a provider has verified."""
    pending = _pending(call)
    if pending is None:
        return Redirect(query("/sign-in", next=next_of(carried(call))), _("This sign-in has expired. Sign in again."))
    title = title_of(call.runtime.settings, pending.provider)
    return View(
        "sign_in/sign_up_with.html",
        {"form": {"name": pending.name, "next": next_of({"next": pending.on_to})}, "email": pending.email, "provider": title},
    )


@form("/sign-up/with", may=PUBLIC, queries=17, limits=(PROVIDER_SIGN_UPS,), retry=show_sign_up_with)
async def send_sign_up_with(call: Call) -> Redirect:
    pending, sent = _pending(call), call.form
    if pending is None:
        return Redirect(query("/sign-in", next=next_of(sent)), _("This sign-in has expired. Sign in again."))
    account = await sign_up_with_provider(
        call.runtime,
        call.tx,
        pending,
        name=sent.get("name", ""),
        time_zone=zone_or_utc(sent.get("time_zone", "")),
        locale=current_locale(),
        accept_terms=bool(sent.get("accept_terms")),
    )
    call.cookies.append(our_cookie(call.runtime, PENDING_COOKIE, "", seconds=0))
    return await sign_in_browser(
        call, account, method=f"oidc:{pending.provider}", remember=pending.remember, on_to=pending.on_to, toast=_("Account created.")
    )


@page("/settings/connect", may=SIGNED_IN, queries=0, sensitive=True)
async def show_connect(call: Call) -> View | Redirect:
    """The owner of the address is asked whether the identity is to sign in to this account."""
    pending = _pending(call)
    if pending is None:
        return Redirect(SECURITY, _("There's nothing to connect, or the request has expired."))
    title = title_of(call.runtime.settings, pending.provider)
    try:
        identities.check_same_address(call.runtime, pending, call.actor.record.email)
    except Conflict as problem:
        context = {"provider": title, "email": pending.email, "other": True, "problem": problem.detail}
        return View("sign_in/connect.html", context, problem.status)
    return View("sign_in/connect.html", {"provider": title, "email": pending.email, "other": False})


@form("/settings/connect", may=SIGNED_IN, queries=6, limits=(CONNECTIONS,), sensitive=True, retry=show_connect)
async def send_connect(call: Call) -> Redirect:
    pending = _pending(call)
    if pending is None:
        raise ProviderRefused(_("This request has expired. Start again."))
    actor = call.actor
    await identities.connect_pending(call.runtime, call.tx, actor.account, actor.record.email, pending)
    call.cookies.append(our_cookie(call.runtime, PENDING_COOKIE, "", seconds=0))
    return Redirect(safe_next(pending.on_to or SECURITY), _is_connected(call, pending.provider))


async def _arrived(call: Call, flow: Flow, profile: ProviderProfile) -> View | Redirect:
    """The callback of a sign-in."""
    found = await identities.find_identity(call.runtime, call.tx, flow, profile)
    if not isinstance(found, UnknownIdentity):
        return await sign_in_browser(call, found, method=f"oidc:{profile.provider}", remember=flow.remember, on_to=flow.on_to)
    pending, runtime = found.pending, call.runtime
    sealed = identities.seal_pending(runtime, pending, _browser(call))
    call.cookies.append(our_cookie(runtime, PENDING_COOKIE, sealed, seconds=SECONDS))
    if not found.known_address:
        return Redirect(query("/sign-up/with", next=next_of({"next": pending.on_to})))
    if call.user is not None:
        return Redirect("/settings/connect")
    title = title_of(runtime.settings, pending.provider)
    sentence = _("An account with this address already exists. Sign in to it, then connect {provider}.").format(provider=title)
    shown = {"next": "/settings/connect", "email": pending.email, "remember": "on" if flow.remember else ""}
    return await _sign_in_again(call, shown, sentence, 409)


async def _connected(call: Call, flow: Flow, profile: ProviderProfile) -> Redirect:
    """The callback of connecting an identity: account and session must be those that started it, still now that the provider has answered."""
    signed_out = ProviderRefused(_("You've been signed out. Sign in and connect it again."))
    try:
        async with transaction_of_caller(call.request) as (tx, actor):
            if (actor.account, actor.session) != (flow.account, flow.session) or actor.impersonator is not None or actor.is_key:
                raise signed_out
            await identities.connect_profile(call.runtime, tx, actor.account, profile)
            check_budget(tx, BACK_QUERIES, call.runtime)
    except NotSignedIn:
        raise signed_out from None
    return Redirect(SECURITY, _is_connected(call, profile.provider))


async def _refused(call: Call, problem: PhoenixError, started: Flow | None) -> View:
    """The reason for a failure, on the page where the person can try again."""
    if call.user is not None:
        return _not_connected(problem)
    shown = {"next": started.on_to, "remember": "on" if started.remember else ""} if started else {}
    return await _sign_in_again(call, shown, problem.detail, problem.status)


def _not_connected(problem: PhoenixError) -> View:
    return View("sign_in/connect.html", {"provider": "", "email": "", "other": False, "problem": problem.detail}, problem.status)


async def _sign_in_again(call: Call, shown: dict[str, str], sentence: str, status: int) -> View:
    view = await show_sign_in.opt["shows"](call)
    return View(view.template, {**view.context, "form": shown, "problem": sentence}, status)


def _out(call: Call, provider: Provider, url: str, sealed: str, on_to: str = "") -> Redirect:
    call.cookies.append(our_cookie(call.runtime, FLOW_COOKIE, sealed, seconds=SECONDS))
    return Redirect(f"/sign-in/with/{provider.name}/continue", shows={"url": url, "provider": provider.title, "next": on_to})


def _browser(call: Call) -> str:
    """A value only this browser has: the cookie that its forms were bound to before it was signed in."""
    return cookie_value(call, csrf.BROWSER_COOKIE)


def _pending(call: Call) -> PendingIdentity | None:
    return identities.read_pending(call.runtime, cookie_value(call, PENDING_COOKIE), _browser(call))


def _is_connected(call: Call, provider: str) -> str:
    return _("{provider} connected. You can now sign in with it.").format(provider=title_of(call.runtime.settings, provider))


def _name_given(call: Call) -> str:
    signed = cookie_value(call, NAME_COOKIE)
    return call.runtime.keys.verify(NAME_PURPOSE, signed, now=call.runtime.clock.now()) or ""


def _name_in(user: str) -> str:
    """The name in what Apple sends with the first answer: {"name": {"firstName": …, "lastName": …}}."""
    try:
        name = msgspec.json.decode(user[: oauth.LONGEST_CODE])["name"]
        return " ".join([str(name["firstName"]), str(name["lastName"])]).strip()[:100]
    except (msgspec.DecodeError, KeyError, TypeError):
        return ""


ROUTES = (
    send_sign_in_with,
    send_connect_with,
    show_continue,
    show_callback,
    send_callback,
    show_sign_up_with,
    send_sign_up_with,
    show_connect,
    send_connect,
)
