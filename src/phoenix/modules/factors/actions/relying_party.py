"""The relying party of passkeys, and the challenges they answer (WebAuthn Level 3)."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from msgspec import Struct

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import hash_token, new_token
from phoenix.modules.accounts.actions.email_verification import use_once
from phoenix.modules.factors.errors import PasskeysElsewhere, WrongPasskey
from phoenix.settings import Settings

ADDING, SIGNING_IN, SECOND_STEP = "passkey to add", "passkey sign-in", "passkey second factor"
REAUTHENTICATING = "passkey reauthentication"
CHALLENGE_LIVES = timedelta(minutes=5)
DEFAULT_PORTS = {"http": 80, "https": 443}


class RelyingParty(Struct, frozen=True):
    """What a passkey is bound to: it works under no other host name, which makes it resistant to phishing."""

    id: str
    origin: str


def relying_party(settings: Settings, host: str) -> RelyingParty | None:
    """The relying party at this address, `host` being the request's header; None for a bare IP address, which cannot be one.

    It is the host of the public address; in development no other may be called, where nothing in front of us could have
    written another name into the header. Only there, where that is 127.0.0.1, the name localhost stands for it.
    """
    parts = urlsplit(settings.public_url)
    name = parts.hostname or ""
    address = _ip_address(name)
    if address is None:
        if not settings.strict and host.lower() != _netloc(parts.scheme, name, parts.port):
            return None
        return RelyingParty(name, _origin(parts.scheme, name, parts.port))
    if settings.strict or not address.is_loopback or host.lower() != _netloc(parts.scheme, "localhost", parts.port):
        return None
    return RelyingParty("localhost", _origin(parts.scheme, "localhost", parts.port))


def require_party(settings: Settings, host: str) -> RelyingParty:
    """Like `relying_party`. Raises PasskeysElsewhere if there is none."""
    party = relying_party(settings, host)
    if party is None:
        raise PasskeysElsewhere(_("Passkeys need a domain name. They don't work at an IP address."))
    return party


def address_with_passkeys(settings: Settings) -> str:
    """Another address of this installation where passkeys work, if there is one and it is known; else ""."""
    parts = urlsplit(settings.public_url)
    address = _ip_address(parts.hostname or "")
    if address is None:
        return settings.public_url
    if settings.strict or not address.is_loopback:
        return ""
    return _origin(parts.scheme, "localhost", parts.port)


class PasskeysHere(Struct, frozen=True):
    """Whether passkeys `work` at the requested address. If not, `elsewhere` is an address of this installation where they do, or ""."""

    work: bool
    elsewhere: str


def passkeys_at(settings: Settings, host: str) -> PasskeysHere:
    """What a page with a passkey button needs to know."""
    work = relying_party(settings, host) is not None
    return PasskeysHere(work, "" if work else address_with_passkeys(settings))


def possible_at(settings: Settings, host: str, methods: Sequence[str]) -> list[str]:
    """The methods except those that cannot work at this address, unless there are no others."""
    if passkeys_at(settings, host).work:
        return list(methods)
    return [method for method in methods if method != "passkey"] or list(methods)


def new_challenge(runtime: Runtime, purpose: str, bound_to: str = "") -> str:
    """A signed challenge for one answer within five minutes, for this purpose and binding."""
    payload = json.dumps([bound_to, new_token(16)])
    return runtime.keys.sign(purpose, payload, expires=runtime.clock.now() + CHALLENGE_LIVES)


def challenge_bytes(token: str) -> bytes:
    """What the device signs for that challenge."""
    return hash_token(token)


async def use_challenge(runtime: Runtime, tx: Transaction, purpose: str, token: str, bound_to: str = "") -> bytes:
    """What the device must have signed. Uses the challenge up. Raises WrongPasskey if it is not ours, expired or used."""
    payload = runtime.keys.verify(purpose, token, now=runtime.clock.now())
    if payload is None or json.loads(payload)[0] != bound_to:
        raise WrongPasskey(_("This request has expired. Try again."))
    if not await use_once(tx, token, CHALLENGE_LIVES):
        raise WrongPasskey(_("This request has already been used. Try again."))
    return challenge_bytes(token)


def _origin(scheme: str, name: str, port: int | None) -> str:
    return f"{scheme}://{_netloc(scheme, name, port)}"


def _netloc(scheme: str, name: str, port: int | None) -> str:
    """The origin as browsers write it, without the default port."""
    return name if port in {None, DEFAULT_PORTS.get(scheme)} else f"{name}:{port}"


def _ip_address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None
