"""Who may call a route. Decided only here, for the API and for pages alike, in this order:

1. limits and session, from the head of the request: 401, 403 and 429 without reading a body;
2. the bytes of the body, bounded in size and time, and not yet interpreted;
3. session and permission as they are now: a body can take time to arrive, and permissions can be removed in that time;
4. parsing and validation, by the route;
5. for acts on authority, credentials and money, session and permission again, inside the transaction.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import lru_cache

import msgspec
from litestar.exceptions import InternalServerException

from phoenix.kernel.actor import Actor, Membership
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.errors import (
    Forbidden,
    NotSignedIn,
    NotWhileImpersonating,
    PhoenixError,
    ReauthenticationRequired,
    SecondFactorNeeded,
)
from phoenix.kernel.language import _, read_on
from phoenix.kernel.security.networks import limited_as
from phoenix.kernel.security.redaction import also_remember
from phoenix.kernel.web import csrf
from phoenix.kernel.web.application import Admission, AnyRequest, app_of, state_of
from phoenix.kernel.web.closing import as_shown, require_open
from phoenix.kernel.web.rules import BODY, FOUND, PUBLIC, SAFE, SIGNED_IN, Rule
from phoenix.kernel.web.session_reader import COOKIE, bearer, cookie, cookie_of, is_for_another, is_unattended

# A form that was shown in time can be sent a little later.
FILLING_IN = timedelta(minutes=5)
BODY_SECONDS = 30.0
# What still works on a disk that is almost full, besides what frees it and leads to that. Staff, on their own listener, can do everything.
MAKES_NO_MORE = SAFE | {"DELETE"}


class BodyTimeout(PhoenixError):
    status, code, title = 408, "body_timeout", "The request took too long to arrive"
    sentence = "Check your connection and try again."


class BodyIncomplete(PhoenixError):
    """The connection ended before the body did, or its chunks cannot be read."""

    status, code, title = 400, "body_incomplete", "The body of the request is incomplete"
    sentence = "The connection ended before the whole request had arrived. Send it again."


async def admit(request: AnyRequest, rule: Rule, *, count: bool = True) -> Admission:
    """Steps 1 to 3. Raises the error that refuses the request. `count` is False for one that was counted before."""
    state = state_of(request.scope)
    limiter = state.app.runtime.limiter
    if request.method not in MAKES_NO_MORE and not (rule.frees or rule.signs_in) and state.app.listener == "public":
        state.app.runtime.disk_space.require()
    limits = tuple([await limiter.require(limit, limited_as(state.address)) for limit in rule.limits]) if count else ()
    admission = await _decide(request, rule, None)
    if admission.actor is not None and count:
        limits += tuple([await limiter.require(limit, admission.actor.session) for limit in rule.limits_of_a_session])
        limits += tuple([await limiter.require(limit, admission.actor.account) for limit in rule.limits_of_a_person])
    if request.method not in SAFE:
        body = await read_body(request)
        admission = await _decide(request, rule, body)
    admission = Admission(admission.actor, admission.token, limits, admission.member)
    state.admission = admission
    return admission


async def decide_again(request: AnyRequest, rule: Rule, tx: Transaction) -> Admission:
    """Step 5: as of this transaction, which locks the account and its membership until it ends. Raises as `admit` does."""
    state = state_of(request.scope)
    before = state.admission
    if before is None or before.actor is None or before.token is None:
        raise NotSignedIn
    organisation = before.member.organisation if before.member else None
    platform = rule.may in state.app.registry.permissions and state.app.registry.permissions[rule.may].scope == "platform"
    actor = await state.app.sessions.find_in(tx, before.token, before.actor.account, organisation=organisation, platform=platform)
    if actor is None:
        raise NotSignedIn
    member = _permitted(request, rule, actor, organisation)
    return Admission(actor, before.token, before.limits, member)


async def _decide(request: AnyRequest, rule: Rule, body: bytes | None) -> Admission:
    state = state_of(request.scope)
    runtime = state.app.runtime
    try:
        actor, token, by_cookie = await authenticate(request)
    except NotSignedIn:
        # A public route, such as refreshing an expired token, does not fail because the expired token was sent along.
        if rule.may != PUBLIC:
            raise
        actor, token, by_cookie = None, None, False
    state.admission = Admission(actor, token)
    if request.method not in SAFE and not rule.cross_site:
        csrf.refuse_other_origins(request, runtime.settings)
        if by_cookie and actor is not None and is_api_call(request):
            csrf.check(runtime, frozenset({csrf.binding_of(actor)}), request.headers.get("x-csrf-token"))
    if rule.may == PUBLIC:
        return Admission(actor, token)
    if actor is None:
        raise NotSignedIn
    unread = body is None and rule.within.startswith(BODY)
    member = _permitted(request, rule, actor, _organisation_named(request, rule, body), unread=unread)
    return Admission(actor, token, member=member)


async def authenticate(request: AnyRequest) -> tuple[Actor | None, str | None, bool]:
    """The actor, their token, and whether it came in a cookie. Raises NotSignedIn for an invalid bearer token."""
    app = app_of(request)
    headers = request.scope["headers"]
    token = bearer(headers)
    by_cookie = token is None
    if by_cookie:
        token = cookie(headers, cookie_of(app.runtime.settings, COOKIE).encode())
    unattended = request.method in SAFE and is_unattended(headers)
    actor = await app.sessions.find(token, unattended=unattended) if token else None
    if actor is None:
        if not by_cookie:
            raise NotSignedIn("This access token or API key has expired or was revoked. Refresh the token, or create a new key.")
        return None, None, False
    if by_cookie and is_for_another(headers, actor.account):
        # For that page nobody is signed in any more.
        return None, None, False
    also_remember(actor.name, actor.record.email)
    read_on(actor.locale)
    return actor, token, by_cookie


def is_api_call(request: AnyRequest) -> bool:
    return request.scope["path"].startswith("/api/")


async def read_body(request: AnyRequest) -> bytes:
    """Read the whole body and store it with the request. Raises BodyTimeout and BodyIncomplete."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await request.body()
    except TimeoutError:
        raise BodyTimeout from None
    except InternalServerException:
        # Litestar's error for a client that disconnected; the server reports chunks that it cannot read in the same way.
        raise BodyIncomplete from None


def _organisation_named(request: AnyRequest, rule: Rule, body: bytes | None) -> str | None:
    """The organisation that the head or the body names; None if it is not known yet, or cannot be read."""
    if rule.within in {"", FOUND}:
        return None
    if rule.within.startswith(BODY):
        return None if body is None else _field_of(body, rule.within.removeprefix(BODY))
    value = request.path_params.get(rule.within) or request.query_params.get(rule.within)
    return str(value) if value else None


def _field_of(body: bytes, name: str) -> str | None:
    """One field of a JSON object; nothing else in it is interpreted. Validation checks the rest later."""
    try:
        return getattr(msgspec.json.decode(body, type=_only(name)), name, None)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


@lru_cache(maxsize=64)
def _only(name: str) -> type[msgspec.Struct]:
    return msgspec.defstruct("Only", [(name, str)])


def _permitted(request: AnyRequest, rule: Rule, actor: Actor, organisation: str | None, *, unread: bool = False) -> Membership | None:
    """The checked permission if the organisation is known; None while its name in the body is still `unread`.

    Raises NotFound, Forbidden, or another error that refuses the request.
    """
    settings = app_of(request).runtime.settings
    _check_impersonation(request, rule, actor)
    member = None
    if rule.may == SIGNED_IN:
        if actor.is_key and not rule.key_may:
            raise Forbidden(_("An API key can't do this. Sign in as yourself."))
    elif organisation is not None:
        registry = app_of(request).registry
        member = actor.require(rule.may, organisation)
        require_open(request.method, rule, member, actor.time_zone, registry)
        if request.method in SAFE:
            member = as_shown(member, registry)
    elif not unread and not actor.may(rule.may):
        raise Forbidden
    if not rule.before_second_factor and actor.needs_second_factor(settings.second_factor_for):
        raise SecondFactorNeeded
    _check_recent(request, rule, actor)
    return member


def _check_impersonation(request: AnyRequest, rule: Rule, actor: Actor) -> None:
    if actor.impersonator is not None and not rule.impersonator_may:
        if rule.decides_again:
            raise NotWhileImpersonating(_("Only the person themselves can do this. Stop impersonating first."))
        if request.method not in SAFE and not actor.record.impersonation_writes:
            raise NotWhileImpersonating(_("You're impersonating this person read-only. Nothing can be changed."))


def _check_recent(request: AnyRequest, rule: Rule, actor: Actor) -> None:
    if rule.sensitive and actor.is_key:
        raise Forbidden(_("An API key can't do this. Sign in as yourself."))
    if rule.needs_recent and not actor.is_key:
        runtime = app_of(request).runtime
        window = timedelta(seconds=runtime.settings.sessions.reauthenticate_within)
        if request.method not in SAFE:
            window += FILLING_IN
        authenticated_at = actor.record.authenticated_at
        if authenticated_at is None or runtime.clock.now() - authenticated_at >= window:
            raise ReauthenticationRequired(_("This is a sensitive change. Confirm it's you first."))
