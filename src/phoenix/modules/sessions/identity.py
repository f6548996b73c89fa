"""From a token to a session and its account: a session's own token, or an access token."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from phoenix.kernel.actor import SessionRecord
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import hash_token
from phoenix.modules.sessions import queries
from phoenix.modules.sessions.actions.tokens import read_access_token

RECORDS = "ses_"


async def find(runtime: Runtime, db: Reader, token: str) -> SessionRecord | None:
    """The valid session of a token, or None."""
    found_by = queries.record_queries(runtime.part(Registry).credentials)
    if "." not in token:
        return await db.maybe(found_by.by_token, hash_token(token))
    claims = await read_access_token(runtime, db, token)
    if claims is None:
        return None
    record = await db.maybe(found_by.by_id, claims.session, claims.renewal)
    if record is None or record.account != claims.account:
        return None
    return msgspec.structs.replace(record, until=min(record.until, claims.until))


async def why(db: Reader, session: str) -> str:
    """The reason why a session ended, as a code for machines."""
    return await db.maybe(queries.END_REASON, session) or "ended"


async def write_seen(tx: Transaction, seen: Sequence[tuple[str, float]]) -> None:
    """Save when sessions were last used, as (id, seconds since 1970), in one statement."""
    await tx.execute(queries.SEEN, [id_ for id_, _ in seen], [at for _, at in seen])
