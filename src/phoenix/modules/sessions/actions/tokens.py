"""Access tokens as JWTs (RFC 9068), signed with ES256 (RFC 7518), and refresh tokens that two tabs can use at once.

A JWT only names its session, which is checked on every request: ending a session ends its tokens at once.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from msgspec import Meta, Struct

from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.ids import check_id
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import Keys, from_base64url, same
from phoenix.modules.sessions.actions.signing_keys import ALGORITHM, active_key, verifying_keys

TYPE = "at+jwt"
REFRESH = "pho_refresh_"
LONGEST_COUNT = 9
CLOCKS_DIFFER = timedelta(seconds=60)


# Seconds since 1970 that are a date: up to the year 9999.
Moment = Annotated[int, Meta(ge=0, le=253_402_300_799)]

Count = Annotated[int, Meta(ge=0, le=2**31 - 1)]


class Claims(Struct, frozen=True):
    """The claims that are read of an access token (RFC 9068). They are compared exactly; nothing is converted."""

    iss: str
    aud: str
    sub: str
    sid: str
    renewal: Count
    iat: Moment
    exp: Moment
    nbf: Moment = 0
    refresh: Count = 0


class AccessClaims(Struct, frozen=True):
    """The content of an access token: its session, the number of the renewal, the expiry, and how many refreshes led to it."""

    session: str
    account: str
    until: datetime
    renewal: int
    refresh_count: int


class SessionTokens(Struct, frozen=True):
    """The tokens of a session that was just created or refreshed. They exist nowhere else in readable form."""

    id: str
    account: str
    token: str
    refresh_token: str
    seconds: int


async def access_token(
    runtime: Runtime, tx: Transaction, *, account: str, session: str, until: datetime, renewal: int, refresh_count: int
) -> tuple[str, int]:
    """A token for a session, and its lifetime in seconds, never longer than the session."""
    key_id, key = await active_key(runtime, tx)
    seconds = min(runtime.settings.sessions.access_token, int((until - tx.now).total_seconds()))
    now = int(tx.now.timestamp())
    claims = {
        "iss": runtime.settings.public_url,
        "aud": audience(runtime),
        "sub": account,
        "sid": session,
        "renewal": renewal,
        "refresh": refresh_count,
        "iat": now,
        "exp": now + seconds,
    }
    return jwt.encode({"alg": ALGORITHM, "kid": key_id, "typ": TYPE}, claims, key, algorithms=[ALGORITHM]), seconds


async def read_access_token(runtime: Runtime, db: Reader, token: str) -> AccessClaims | None:
    """The claims of a token, or None if its key is unknown or revoked, or if it is forged or made for something else.

    The caller compares `until`: the token may have expired.
    """
    try:
        # The header is read only to choose the key; nothing is trusted before the signature is verified.
        header = msgspec.json.decode(from_base64url(token.partition(".")[0]) or b"", type=dict[str, Any])
        # Ours has these and no others: `crit`, for one, would ask for what we do not understand (RFC 7515, 4.1.11).
        key_id = header.get("kid")
        if header != {"alg": ALGORITHM, "kid": key_id, "typ": TYPE}:
            return None
        key = next((key for key in await verifying_keys(runtime, db) if key.id == key_id), None)
        if key is None:
            return None
        claims = msgspec.convert(jwt.decode(token, ECKey.import_key(key.public), algorithms=[ALGORITHM]).claims, Claims)
    except (JoseError, msgspec.MsgspecError, ArithmeticError, LookupError, RecursionError, TypeError, ValueError):
        return None
    latest = int((db.now + CLOCKS_DIFFER).timestamp())
    if (claims.iss, claims.aud) != (runtime.settings.public_url, audience(runtime)) or max(claims.iat, claims.nbf) > latest:
        return None
    if claims.exp - claims.iat > runtime.settings.sessions.access_token or not check_id(claims.sid, "ses"):
        return None
    return AccessClaims(claims.sid, claims.sub, datetime.fromtimestamp(claims.exp, UTC), claims.renewal, claims.refresh)


def audience(runtime: Runtime) -> str:
    """The audience of tokens: the API of this environment, so that none from staging is accepted in production."""
    return f"phoenix {runtime.settings.installation.environment}"


def refresh_token(keys: Keys, session: str, count: int) -> str:
    """Refresh token number `count` of a session: derived again for a second tab, and stored only as a hash."""
    return f"{REFRESH}{session}-{count}-{keys.mac('refresh token', session, str(count)).hex()}"


def session_of_refresh_token(keys: Keys, token: str) -> str | None:
    """The session that this is or was a refresh token of, however long ago it was replaced; None if it is not one of ours."""
    session, _, count = token.removeprefix(REFRESH).rpartition("-")[0].rpartition("-")
    ours = len(count) <= LONGEST_COUNT and count.isascii() and count.isdecimal()
    return session if ours and same(refresh_token(keys, session, int(count)), token) else None
