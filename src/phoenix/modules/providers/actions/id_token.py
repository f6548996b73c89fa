"""Validate an ID token (OpenID Connect Core 1.0, 3.1.3.7)."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

import structlog
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import same
from phoenix.modules.providers.actions.providers import Endpoints, Provider, published_keys
from phoenix.modules.providers.errors import ProviderRefused

log = structlog.get_logger(__name__)

# Only asymmetric ones: with HS256 anyone who knows our secret could create a token, with `none` anyone at all.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519")
LEEWAY = timedelta(seconds=60)
LONGEST_SUBJECT = 255


async def read_id_token(runtime: Runtime, provider: Provider, at: Endpoints, token: str, *, nonce: str) -> dict[str, Any]:
    """The claims of the token. Raises ProviderRefused if anything is wrong with it, ProviderDown if the keys cannot be fetched."""
    claims = await _signed_claims(runtime, provider, at, token)
    fault = _fault(provider, claims, nonce, runtime.clock.now())
    if fault:
        raise not_accepted(provider, fault)
    return claims


def not_accepted(provider: Provider, why: str) -> ProviderRefused:
    """The sentence for people. The details go to the log, since they are of no use to a reader."""
    log.warning("provider_not_believed", provider=provider.name, why=why)
    sentence = _("The response from {provider} could not be verified, so you are not signed in. Start again.")
    return ProviderRefused(sentence.format(provider=provider.title))


async def _signed_claims(runtime: Runtime, provider: Provider, at: Endpoints, token: str) -> dict[str, Any]:
    for fresh in (False, True):
        try:
            keys = KeySet.import_key_set({"keys": await published_keys(runtime, provider, at, fresh=fresh)})
            decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
        except InvalidKeyIdError:
            # An unknown key may be new, so the keys are fetched again, once.
            continue
        except (JoseError, ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as error:
            raise not_accepted(provider, f"signature: {type(error).__name__}") from error
        if "crit" in decoded.header:
            # It asks for what we do not understand, or for nothing, which no provider may (RFC 7515, 4.1.11).
            raise not_accepted(provider, "crit")
        return decoded.claims
    raise not_accepted(provider, "signature: unknown key")


def _fault(provider: Provider, claims: dict[str, Any], nonce: str, now: datetime) -> str:
    """What is wrong with the claims; "" if nothing is."""
    if not _is_issuer(provider, claims):
        return "iss"
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if provider.client_id not in audiences:
        return "aud"
    if (len(audiences) > 1 or "azp" in claims) and claims.get("azp") != provider.client_id:
        return "azp"
    since, until, not_before = (_seconds(claims.get(name)) for name in ("iat", "exp", "nbf"))
    earliest, latest = (now - LEEWAY).timestamp(), (now + LEEWAY).timestamp()
    if until is None or until <= earliest:
        return "exp"
    if since is None or since > latest:
        return "iat"
    if "nbf" in claims and (not_before is None or not_before > latest):
        return "nbf"
    given = claims.get("nonce")
    if not isinstance(given, str) or not same(given, nonce):
        return "nonce"
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or not subject.isprintable():
        return "sub"
    return ""


def _is_issuer(provider: Provider, claims: dict[str, Any]) -> bool:
    issuer = claims.get("iss")
    if not provider.is_issuer(issuer):
        return False
    # Microsoft names the tenant twice; it must be the same one.
    return provider.kind != "microsoft" or f"/{claims.get('tid')}/" in str(issuer)


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        seconds = float(value)
    except OverflowError:
        return None
    return seconds if math.isfinite(seconds) else None
