"""End sessions: one, the current one, all others. What staff began in a person's name ends by the same ways."""

from __future__ import annotations

from phoenix.kernel.actor import Actor
from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.errors import NotFound
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.events import ImpersonationEnded, SessionEnded


async def end_session(tx: Transaction, actor: Actor, session: str, *, reason: str = "ended_by_owner") -> None:
    """End a session of one's own. Raises NotFound where it is not, or has ended."""
    await end_session_of(tx, actor.account, session, reason=reason)


async def end_session_of(tx: Transaction, account: str, session: str, *, reason: str) -> None:
    """End a session of an account. Raises NotFound where it is not one, or has ended."""
    ended = await tx.maybe(queries.END_SESSION, session, account, tx.now, reason)
    if ended is None:
        raise NotFound("There is no such session, or it has ended already.")
    record_ended(tx, ended, reason)


async def end_other_sessions(tx: Transaction, account: str, *, keep: str | None, reason: str = "ended_by_owner") -> int:
    """End all sessions of an account but one, and all in which it looks through the eyes of others; how many."""
    ended = await tx.all(queries.END_OTHER_SESSIONS, account, keep, tx.now, reason)
    tx.invalidate(ACCOUNT(account))
    for session in ended:
        record_ended(tx, session, reason)
    return len(ended)


def record_ended(tx: Transaction, ended: queries.Ended, reason: str) -> None:
    """Record that a session is over. Everything that knew it is stale."""
    tx.invalidate(ACCOUNT(ended.account))
    if ended.impersonator is None:
        tx.record(SessionEnded(subject=ended.account, session=ended.id, reason=reason))
    else:
        tx.record(ImpersonationEnded(subject=ended.account, session=ended.id, staff=ended.impersonator, reason=reason))
