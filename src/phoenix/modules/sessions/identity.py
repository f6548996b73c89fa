"""From a token to a session and its account: a session's own token, or an access token."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from phoenix.kernel.actor import SessionRecord, Use
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import hash_token
from phoenix.modules.sessions import queries
from phoenix.modules.sessions.actions.tokens import AccessClaims, read_access_token

RECORDS = "ses_"


async def find(runtime: Runtime, db: Reader, token: str) -> SessionRecord | None:
    """The valid session of a token, or None."""
    if "." not in token:
        return await _by_own_token(runtime, db, token)
    claims = await read_access_token(runtime, db, token)
    if claims is None or claims.until <= db.now:
        return None
    record = await _by_claims(runtime, db, claims)
    if record is None:
        return None
    return msgspec.structs.replace(record, until=min(record.until, claims.until), refresh_count=claims.refresh_count)


async def follow(runtime: Runtime, db: Reader, token: str) -> SessionRecord | None:
    """The valid session of a token that may have expired; None once the session's tokens were replaced, or their key revoked."""
    if "." not in token:
        return await _by_own_token(runtime, db, token)
    claims = await read_access_token(runtime, db, token)
    return None if claims is None else await _by_claims(runtime, db, claims)


async def _by_own_token(runtime: Runtime, db: Reader, token: str) -> SessionRecord | None:
    return await db.maybe(queries.record_queries(runtime.part(Registry).credentials).by_token, hash_token(token))


async def _by_claims(runtime: Runtime, db: Reader, claims: AccessClaims) -> SessionRecord | None:
    record = await db.maybe(queries.record_queries(runtime.part(Registry).credentials).by_id, claims.session, claims.renewal)
    return record if record is not None and record.account == claims.account else None


async def why(db: Reader, session: str) -> str:
    """The reason why a session ended, as a code for machines; "" for one that is still open."""
    found = await db.maybe(queries.END_REASON, session, db.now)
    return "ended" if found is None else found


async def write_seen(tx: Transaction, seen: Sequence[Use]) -> None:
    """Save when sessions were last used, and with which of their tokens, in one statement."""
    await tx.execute(queries.SEEN, [use.session for use in seen], [use.at for use in seen], [use.refresh_count for use in seen])
