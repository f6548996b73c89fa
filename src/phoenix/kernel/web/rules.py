"""Who may call a route: limits, session, forgery, permission, recent proof, in this order. The one place that decides it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from phoenix.kernel.actor import Actor
from phoenix.kernel.cache.limits import Decision, Limit
from phoenix.kernel.errors import Forbidden, NotLoggedIn, NotWhileImpersonating, ProveAgain, SecondFactorOwed
from phoenix.kernel.i18n.text import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.redaction import also_remember
from phoenix.kernel.web import csrf
from phoenix.kernel.web.call import AnyRequest
from phoenix.kernel.web.session_reader import COOKIE, LogIns, bearer, cookie, cookie_of

PUBLIC = "public"
LOGGED_IN = "logged in"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# A form that was shown in time may be sent a little later.
FILLING_IN = timedelta(minutes=5)

Listener = Literal["public", "admin"]
EVERYWHERE: tuple[Listener, ...] = ("public", "admin")


@dataclass(frozen=True, slots=True)
class Rule:
    """What a route asks of its caller.

    `permission` is the name of one, or PUBLIC or LOGGED_IN. `limits` count by client address (of IPv6 by network). A `sensitive` route wants
    a recent proof that the person is there, and is closed to API keys and to who looks through another's eyes.
    `before_second_factor` opens a route to who owes a second factor: what it takes to set one up, and to leave.
    `impersonator_may` opens a route that changes something to them. `cross_site` is for the one kind of form that another
    site may send: an identity provider's answer, which brings proof of its own. `listeners` are where it is served.
    """

    permission: str
    limits: tuple[Limit, ...] = ()
    sensitive: bool = False
    before_second_factor: bool = False
    impersonator_may: bool = False
    cross_site: bool = False
    listeners: tuple[Listener, ...] = ("public",)


async def visit(request: AnyRequest) -> tuple[Actor | None, bool]:
    """Who is asking, and whether a cookie says so."""
    found = request.scope.get("state", {}).get("actor_found")
    if found is not None:
        return found  # type: ignore[no-any-return]
    log_ins: LogIns = request.app.state.log_ins
    headers = request.scope["headers"]
    token = bearer(headers)
    by_cookie = token is None
    if by_cookie:
        token = cookie(headers, cookie_of(request.app.state.runtime.settings, COOKIE).encode())
    actor = await log_ins.find(token) if token else None
    if actor is None and not by_cookie:
        raise NotLoggedIn("This access token has expired or was ended. Log in again, or refresh it.")
    if actor is not None:
        also_remember(actor.name, actor.record.email)
    request.scope["state"]["actor_found"] = (actor, by_cookie and actor is not None)
    return actor, by_cookie and actor is not None


async def decide(request: AnyRequest, rule: Rule) -> tuple[Actor | None, list[Decision]]:
    """Limits, then session, then permission. Raises what refuses."""
    runtime: Runtime = request.app.state.runtime
    decisions = [await runtime.limiter.require(limit, limited_as(client_address(request))) for limit in rule.limits]
    try:
        actor, by_cookie = await visit(request)
    except NotLoggedIn:
        # What anybody may do, such as refreshing an expired token, does not fail for carrying that token along.
        if rule.permission != PUBLIC:
            raise
        actor, by_cookie = None, False
    if request.method not in SAFE and not rule.cross_site:
        csrf.refuse_other_origins(request, runtime.settings)
        if by_cookie and actor is not None and is_api_call(request):
            csrf.check(runtime.keys, actor.session, request.headers.get("x-csrf-token"))
    if rule.permission != PUBLIC:
        if actor is None:
            raise NotLoggedIn
        _check_permission(request, rule, actor)
        if not rule.before_second_factor and actor.owes_second_factor(runtime.settings.second_factor_for):
            raise SecondFactorOwed
        _check_presence(request, rule, actor, runtime)
    return actor, decisions


def is_api_call(request: AnyRequest) -> bool:
    return request.scope["path"].startswith("/api/")


def client_address(request: AnyRequest) -> str:
    """The client's address, behind trusted proxies alone believed from their headers."""
    return str(request.scope.get("state", {}).get("address", ""))


def limited_as(address: str) -> str:
    """By what an address is counted: of IPv6 its network of 64 bits, which is the least that anybody gets."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))


def _check_permission(request: AnyRequest, rule: Rule, actor: Actor) -> None:
    if rule.permission != LOGGED_IN:
        if not actor.may(rule.permission):
            raise Forbidden
    elif actor.is_key and request.method not in SAFE:
        raise Forbidden(_("An API key cannot do this. Sign in as yourself."))


def _check_presence(request: AnyRequest, rule: Rule, actor: Actor, runtime: Runtime) -> None:
    if actor.impersonator is not None and not rule.impersonator_may:
        if rule.sensitive:
            raise NotWhileImpersonating(_("This is for the person alone. End looking through their eyes first."))
        if request.method not in SAFE and not actor.record.impersonation_writes:
            raise NotWhileImpersonating(_("You are looking through this person's eyes and may only read."))
    if rule.sensitive:
        if actor.is_key:
            raise Forbidden(_("An API key cannot do this. Sign in as yourself."))
        window = timedelta(seconds=runtime.settings.sessions.prove_again)
        if request.method not in SAFE:
            window += FILLING_IN
        proved_at = actor.record.proved_at
        if proved_at is None or runtime.clock.now() - proved_at >= window:
            raise ProveAgain(_("Show that it is you first: this matters for the safety of the account."))
