"""New tokens for a refresh token: it rotates, tolerates two tabs, and detects theft."""

from __future__ import annotations

from datetime import timedelta

from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import hash_token
from phoenix.modules.sessions import queries
from phoenix.modules.sessions.actions.end import end_session_of, record_ended
from phoenix.modules.sessions.actions.tokens import SessionTokens, access_token, refresh_token, session_of_refresh_token
from phoenix.modules.sessions.errors import RefreshRefused

# Within this time, two tabs that refresh at once get the same new refresh token. After it, using the old one means theft, unless
# nobody has used the new tokens: then the answer that held them was lost.
REFRESH_GRACE = timedelta(seconds=60)
REUSED = "refresh_reused"


async def refresh_session(runtime: Runtime, tx: Transaction, token: str) -> SessionTokens:
    """Exchange a refresh token for new tokens. Raises RefreshRefused; reuse after its successors were used ends the session as stolen."""
    found = await tx.maybe(queries.BY_REFRESH_TOKEN, hash_token(token), tx.now)
    if found is None:
        session = session_of_refresh_token(runtime.keys, token)
        if session is not None and (ended := await tx.maybe(queries.END_REFRESHED, session, tx.now, REUSED)) is not None:
            record_ended(tx, ended, REUSED)
            raise RefreshRefused(_("This refresh token has already been used. You've been signed out as a precaution. Sign in again."))
        raise RefreshRefused(_("This refresh token is unknown, or its session has ended. Sign in again."))
    count = found.count
    if found.current:
        count += 1
        idle_until = tx.now + timedelta(seconds=found.idle_seconds)
        await tx.execute(queries.ROTATE, found.id, hash_token(refresh_token(runtime.keys, found.id, count)), tx.now, idle_until)
        tx.invalidate(ACCOUNT(found.account))
    elif found.child_used and tx.now - found.refreshed_at > REFRESH_GRACE:
        await end_session_of(tx, found.account, found.id, reason=REUSED)
        raise RefreshRefused(_("This refresh token has already been used. You've been signed out as a precaution. Sign in again."))
    access, seconds = await access_token(
        runtime, tx, account=found.account, session=found.id, until=found.until, renewal=found.renewals, refresh_count=count
    )
    return SessionTokens(found.id, found.account, access, refresh_token(runtime.keys, found.id, count), seconds)
