"""Sign-in with an identity provider: a request with PKCE, state and nonce, and full validation of the answer.

OAuth 2.0 with the Security Best Current Practice (RFC 9700), PKCE (RFC 7636), issuer identification (RFC 9207) and OpenID
Connect Core 1.0. What the callback needs is in one sealed cookie: nothing is stored, and nobody else can use it.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar
from urllib.parse import quote_plus, urlencode

import msgspec
from joserfc import jwt
from joserfc.jwk import ECKey
from msgspec import Struct

from phoenix.kernel.errors import InvalidInput
from phoenix.kernel.i18n.addresses import Address, parse_address
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import from_base64url, new_token, same, to_base64url
from phoenix.kernel.security.http_client import HttpClientError
from phoenix.kernel.security.redaction import also_remember
from phoenix.modules.accounts.actions.email_verification import use_once
from phoenix.modules.providers.actions.id_token import LONGEST_SUBJECT, not_accepted, read_id_token
from phoenix.modules.providers.actions.providers import Endpoints, Provider, down, endpoints
from phoenix.modules.providers.errors import ProviderRefused

PURPOSE = "signing in elsewhere"
LIVES = timedelta(minutes=10)
T = TypeVar("T", bound=Struct)
LONGEST_NEXT = 1000
LONGEST_CODE = 4000
CANCELLED = frozenset({"access_denied", "user_cancelled_authorize", "login_required", "consent_required", "interaction_required"})
BUSY = frozenset({"server_error", "temporarily_unavailable"})


class Flow(Struct, frozen=True):
    """What the callback needs. `account` and `session` are of the person who connects; empty for a sign-in."""

    provider: str
    purpose: Literal["sign_in", "connect"]
    state: str
    nonce: str
    verifier: str
    until: datetime
    remember: bool = False
    on_to: str = ""
    account: str = ""
    session: str = ""


class ProviderCallback(Struct, frozen=True):
    """What a provider sent back with the browser. `issuer` is its identifier, if given (RFC 9207)."""

    code: str = ""
    state: str = ""
    error: str = ""
    issuer: str = ""
    name: str = ""


class ProviderProfile(Struct, frozen=True):
    """An identity at a provider. `address` is None unless the provider says that it is verified."""

    provider: str
    issuer: str
    subject: str
    address: Address | None
    name: str


async def begin(
    runtime: Runtime,
    provider: Provider,
    *,
    browser: str,
    purpose: Literal["sign_in", "connect"],
    remember: bool = False,
    on_to: str = "",
    account: str = "",
    session: str = "",
) -> tuple[str, str]:
    """The provider's URL to go to, and the sealed state for this `browser`. Raises ProviderDown."""
    at = await endpoints(runtime, provider)
    until, on_to = runtime.clock.now() + LIVES, on_to if len(on_to) <= LONGEST_NEXT else ""
    flow = Flow(provider.name, purpose, new_token(), new_token(), new_token(), until, remember, on_to, account, session)
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": callback(runtime, provider),
        "scope": provider.scope,
        "state": flow.state,
        "nonce": flow.nonce,
        "code_challenge": to_base64url(hashlib.sha256(flow.verifier.encode()).digest()),
        "code_challenge_method": "S256",
    }
    if provider.form_post:
        asked["response_mode"] = "form_post"
    return f"{at.authorize}{'&' if '?' in at.authorize else '?'}{urlencode(asked)}", seal(runtime, PURPOSE, flow, browser)


def callback(runtime: Runtime, provider: Provider) -> str:
    """The callback URL: always from the settings, whatever the request's headers say."""
    return f"{runtime.settings.public_url}/sign-in/with/{provider.name}/callback"


async def finish(
    runtime: Runtime, provider: Provider, *, browser: str, sealed: str, said: ProviderCallback
) -> tuple[Flow, ProviderProfile]:
    """The identity that came back, and its purpose. Raises ProviderRefused or ProviderDown. The state is used up in any case."""
    flow = read_flow(runtime, browser=browser, sealed=sealed)
    if flow is None or flow.provider != provider.name or not same(said.state, flow.state):
        raise ProviderRefused(_("This request has expired or was started in another window. Start again."))
    async with runtime.database.transaction() as tx:
        if not await use_once(tx, flow.state, LIVES):
            raise ProviderRefused(_("This response has already been used. Start again."))
    at = await endpoints(runtime, provider)
    # Before the code is sent anywhere: another provider's answer must not be sent to this one.
    if (said.issuer or at.says_issuer) and not provider.is_issuer(said.issuer):
        raise not_accepted(provider, "iss of the answer")
    if said.error or not said.code:
        raise _said_no(provider, said.error)
    tokens = await _exchange(runtime, provider, at, code=said.code[:LONGEST_CODE], verifier=flow.verifier)
    if provider.kind == "github":
        person = await _of_github(runtime, provider, at, tokens)
    else:
        person = await _of_id_token(runtime, provider, at, tokens, flow, said)
    also_remember(*(known for known in (person.name, person.address.display if person.address else "") if known))
    return flow, person


def read_flow(runtime: Runtime, *, browser: str, sealed: str) -> Flow | None:
    """What was started in this browser at most 10 minutes ago, or None."""
    flow = unseal(runtime, PURPOSE, sealed, Flow, browser)
    return flow if flow is not None and runtime.clock.now() < flow.until else None


def seal(runtime: Runtime, purpose: str, note: Struct, browser: str) -> str:
    """The sealed state for a cookie: nobody can read it, and it opens only in this browser."""
    return to_base64url(runtime.keys.seal(purpose, msgspec.json.encode(note), bound_to=browser))


def unseal(runtime: Runtime, purpose: str, sealed: str, kind: type[T], browser: str) -> T | None:
    """The state, or None if it is damaged, or belongs to another browser or another version of Phoenix."""
    opened = runtime.keys.unseal(purpose, from_base64url(sealed) or b"", bound_to=browser)
    if opened is None:
        return None
    try:
        return msgspec.json.decode(opened, type=kind)
    except msgspec.MsgspecError:
        return None


def _said_no(provider: Provider, error: str) -> ProviderRefused:
    if error in CANCELLED:
        return ProviderRefused(_("You cancelled at {provider}.").format(provider=provider.title))
    if error in BUSY:
        return ProviderRefused(_("{provider} is temporarily unavailable. Try again in a minute.").format(provider=provider.title))
    return ProviderRefused(_("{provider} refused the sign-in. Try again or use another method.").format(provider=provider.title))


async def _exchange(runtime: Runtime, provider: Provider, at: Endpoints, *, code: str, verifier: str) -> dict[str, Any]:
    """Exchange a code for tokens. The secret is never sent in a URL, and in a form only if the provider supports nothing else."""
    sent = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": callback(runtime, provider),
        "client_id": provider.client_id,
        "code_verifier": verifier,
    }
    auth = None
    if provider.kind == "apple":
        sent["client_secret"] = apple_secret(runtime, provider)
    elif at.secret_in_form:
        sent["client_secret"] = provider.client_secret
    else:
        # RFC 6749, 2.3.1: both are form-encoded before they are put into the header.
        auth = (quote_plus(provider.client_id), quote_plus(provider.client_secret))
    try:
        status, tokens = await runtime.http.post(at.token, sent, auth=auth)
    except HttpClientError as error:
        raise down(provider, "token", error) from error
    if status >= 500:
        raise down(provider, "token", f"status {status}")
    # GitHub also answers 200 to requests that it refuses.
    if status != 200 or not isinstance(tokens, dict) or "error" in tokens:
        raise not_accepted(provider, f"the code was refused with {status}")
    return tokens


def apple_secret(runtime: Runtime, provider: Provider) -> str:
    """Apple's client secret is a short-lived JWT of ours, signed with the key issued by Apple."""
    now = int(runtime.clock.now().timestamp())
    claims = {"iss": provider.team_id, "iat": now, "exp": now + 300, "aud": provider.issuer, "sub": provider.client_id}
    return jwt.encode({"alg": "ES256", "kid": provider.key_id}, claims, ECKey.import_key(provider.private_key), algorithms=["ES256"])


async def _of_id_token(
    runtime: Runtime, provider: Provider, at: Endpoints, tokens: dict[str, Any], flow: Flow, said: ProviderCallback
) -> ProviderProfile:
    token = tokens.get("id_token")
    if not isinstance(token, str):
        raise not_accepted(provider, "no ID token")
    claims = await read_id_token(runtime, provider, at, token, nonce=flow.nonce)
    if said.issuer and said.issuer != claims["iss"] and provider.kind == "microsoft":
        raise not_accepted(provider, "another tenant")
    # Many providers leave the address out of the token. It must come from the same source as whether it is verified.
    profile = claims if "email" in claims or not at.person else await _asked_for(runtime, provider, at.person, tokens, claims["sub"])
    # Apple writes booleans as text.
    verified = profile.get("email_verified") is True or (provider.kind == "apple" and profile.get("email_verified") == "true")
    issuer = claims["iss"] if provider.kind == "microsoft" else provider.issuer
    name = profile.get("name") or claims.get("name") or said.name
    return ProviderProfile(provider.name, issuer, claims["sub"], _address(profile.get("email")) if verified else None, _name(name))


async def _asked_for(runtime: Runtime, provider: Provider, url: str, tokens: dict[str, Any], subject: str) -> dict[str, Any]:
    """The provider's UserInfo. Its `sub` must match that of the ID token (Core, 5.3.2)."""
    found = await _ask(runtime, provider, url, tokens)
    if not isinstance(found, dict) or found.get("sub") != subject:
        raise not_accepted(provider, "userinfo of someone else")
    return found


async def _of_github(runtime: Runtime, provider: Provider, at: Endpoints, tokens: dict[str, Any]) -> ProviderProfile:
    """GitHub uses OAuth 2 without ID tokens: the person is the user of the token in GitHub's API."""
    user = await _ask(runtime, provider, at.person, tokens)
    number = user.get("id") if isinstance(user, dict) else None
    if not isinstance(number, int) or isinstance(number, bool):
        raise not_accepted(provider, "no user")
    emails = await _ask(runtime, provider, f"{at.person}/emails", tokens)
    primary = next((e for e in emails if isinstance(e, dict) and e.get("primary") is True), {}) if isinstance(emails, list) else {}
    address = _address(primary.get("email")) if primary.get("verified") is True else None
    return ProviderProfile(
        provider.name, provider.issuer, str(number)[:LONGEST_SUBJECT], address, _name(user.get("name") or user.get("login"))
    )


async def _ask(runtime: Runtime, provider: Provider, url: str, tokens: dict[str, Any]) -> Any:
    token = tokens.get("access_token")
    if not isinstance(token, str) or not token.isascii() or not token.isprintable():
        raise not_accepted(provider, "no access token")
    try:
        return await runtime.http.get(url, headers={"Authorization": f"Bearer {token}"})
    except HttpClientError as error:
        raise down(provider, "person", error) from error


def _address(email: object) -> Address | None:
    try:
        return parse_address(email) if isinstance(email, str) else None
    except InvalidInput:
        return None


def _name(name: object) -> str:
    return " ".join(name.split())[:100] if isinstance(name, str) else ""
