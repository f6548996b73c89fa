"""Create a session. The requirements for signing in have been checked before."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from phoenix.kernel.actor import ListenerName
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import hash_token, new_token
from phoenix.modules.sessions import queries
from phoenix.modules.sessions.actions.tokens import SessionTokens, access_token, refresh_token
from phoenix.modules.sessions.events import SessionStarted
from phoenix.settings import SessionSettings


class Client(Struct, frozen=True):
    """Where someone signs in from, and their choices.

    `device` is the token that this device received earlier, or "". `agent` and `place` are for the list of sessions. `audience`
    is the listener that they sign in on.
    """

    agent: str
    place: str
    device: str = ""
    remember: bool = False
    api: bool = False
    audience: ListenerName = "public"


async def create_session(
    runtime: Runtime, tx: Transaction, *, account: str, method: str, client: Client, device: str = "", strong: bool = False
) -> SessionTokens:
    """Store a session, and the `device` it starts on. `strong` says whether a second factor was used. An API client gets a JWT valid for minutes, and a refresh token."""
    idle, absolute = _limits(runtime.settings.sessions, remember=client.remember, api=client.api)
    session, until = new_id("ses"), tx.now + timedelta(seconds=absolute)
    token = f"pho_{new_token()}"
    refresh = refresh_token(runtime.keys, session, 0) if client.api else ""
    await tx.execute(
        queries.INSERT,
        session,
        account,
        hash_token(token),
        hash_token(refresh) if refresh else None,
        tx.now,
        client.remember,
        idle,
        tx.now + timedelta(seconds=idle),
        until,
        until,
        client.agent,
        client.place,
        method,
        tx.now,
        None,
        None,
        False,
        hash_token(device) if device else None,
        client.audience,
        strong,
    )
    tx.record(SessionStarted(subject=account, session=session, method=method))
    if client.api:
        token, seconds = await access_token(runtime, tx, account=account, session=session, until=until, renewal=0, refresh_count=0)
        return SessionTokens(session, account, token, refresh, seconds)
    return SessionTokens(session, account, token, "", absolute)


async def create_impersonation(
    tx: Transaction, *, account: str, device: str, impersonator: str, reason: str, writes: bool, until: datetime
) -> str:
    """Store a session in which staff impersonate someone. Returns its id. Nobody has its token yet."""
    session, seconds = new_id("ses"), round((until - tx.now).total_seconds())
    times = (tx.now, False, seconds, until, until, until)
    origin = (device, "", "impersonation", None)
    kind = ("public", False)
    await tx.execute(
        queries.INSERT, session, account, hash_token(new_token()), None, *times, *origin, impersonator, reason, writes, None, *kind
    )
    return session


async def open_impersonation(tx: Transaction, session: str, token_hash: bytes) -> bool:
    """Give the session the token that its link was exchanged for. Returns whether it is still open."""
    return await tx.maybe(queries.SET_TOKEN, session, token_hash, tx.now) is not None


def _limits(limits: SessionSettings, *, remember: bool, api: bool) -> tuple[int, int]:
    if remember or api:
        return limits.remember_idle, limits.remember_absolute
    return limits.idle, limits.absolute
