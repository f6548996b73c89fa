"""From a token to a session and its account: a session's own token, an access token, or an API key."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from phoenix.kernel.actor import SessionRecord
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import hash_token
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.actions.tokens import read_access_token
from phoenix.modules.accounts.queries import tokens

API_KEY_PREFIX = "phk_"


async def find(runtime: Runtime, db: Reader, token: str) -> SessionRecord | None:
    """The live session behind a token, or None."""
    if token.startswith(API_KEY_PREFIX):
        return await db.maybe(tokens.RECORD_OF_API_KEY, hash_token(token), db.now)
    if "." not in token:
        return await db.maybe(queries.SESSION_BY_TOKEN, hash_token(token))
    claims = await read_access_token(runtime, db, token)
    if claims is None:
        return None
    record = await db.maybe(queries.SESSION_BY_ID, claims.session, claims.renewal)
    if record is None or record.account != claims.account:
        return None
    return msgspec.structs.replace(record, until=min(record.until, claims.until))


async def why(db: Reader, session: str) -> str:
    """Why a session is over, as a word for machines."""
    return await db.maybe(queries.END_REASON, session) or "ended"


async def write_seen(tx: Transaction, seen: Sequence[tuple[str, float]]) -> None:
    """Write down the last use of sessions and API keys, as (id, seconds since 1970), in one statement each."""
    for statement, prefix in ((queries.SEEN, "ses_"), (tokens.API_KEYS_SEEN, "key_")):
        rows = [row for row in seen if row[0].startswith(prefix)]
        if rows:
            await tx.execute(statement, [id_ for id_, _ in rows], [at for _, at in rows])


async def hold(tx: Transaction, account: str) -> None:
    """Keep an account, and what it may do, as it is until the transaction ends."""
    await tx.execute(queries.HOLD_ACCOUNT, account)
