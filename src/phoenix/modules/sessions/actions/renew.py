"""What happens after re-authentication in a session."""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct

from phoenix.kernel.actor import Actor
from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.errors import NotSignedIn
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import hash_token, new_token
from phoenix.modules.sessions import queries
from phoenix.modules.sessions.actions.tokens import access_token, refresh_token
from phoenix.modules.sessions.events import SessionReauthenticated


class RenewedTokens(Struct, frozen=True):
    """The new tokens of a session. `seconds` is the lifetime of the access token, or of the cookie of a browser that stays signed in."""

    token: str
    refresh_token: str | None
    seconds: int
    remembered: bool


async def set_authenticated(tx: Transaction, actor: Actor, *, method: str) -> None:
    """Allow sensitive actions in this session for a while. Raises NotSignedIn if it has ended since the request was admitted."""
    if not await tx.execute(queries.SET_AUTHENTICATED, actor.session, tx.now):
        raise NotSignedIn
    tx.invalidate(ACCOUNT(actor.account))
    tx.record(SessionReauthenticated(subject=actor.account, session=actor.session, method=method))


async def renew_tokens(runtime: Runtime, tx: Transaction, actor: Actor) -> RenewedTokens:
    """Replace the session's tokens; its former access tokens stop working at once (ASVS 5.0, 7.2.4).

    The refresh token rotates as usual, so that another tab of the client is not mistaken for theft.
    """
    token = f"pho_{new_token()}"
    renewed = await tx.one(queries.RENEW, actor.session, hash_token(token))
    tx.invalidate(ACCOUNT(actor.account))
    if not renewed.refreshes:
        return RenewedTokens(token, None, round((renewed.until - tx.now).total_seconds()), renewed.remembered)
    refresh = refresh_token(runtime.keys, actor.session, renewed.count + 1)
    idle_until = tx.now + timedelta(seconds=renewed.idle_seconds)
    await tx.execute(queries.ROTATE, actor.session, hash_token(refresh), tx.now, idle_until)
    access, seconds = await access_token(
        runtime,
        tx,
        account=actor.account,
        session=actor.session,
        until=renewed.until,
        renewal=renewed.renewals,
        refresh_count=renewed.count + 1,
    )
    return RenewedTokens(access, refresh, seconds, renewed.remembered)
