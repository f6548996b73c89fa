"""End sessions: one, the current one, all others."""

from __future__ import annotations

from phoenix.kernel.actor import Actor
from phoenix.kernel.database import Transaction
from phoenix.kernel.errors import NotFound
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.events import SessionEnded


async def end_session(tx: Transaction, actor: Actor, session: str, *, reason: str = "ended_by_owner") -> None:
    """End a session of one's own. Raises NotFound where it is not, or has ended."""
    ended = await tx.maybe(queries.END_SESSION, session, actor.account, tx.now, reason)
    if ended is None:
        raise NotFound("There is no such session, or it has ended already.")
    tx.touch(f"account:{actor.account}")
    tx.record(SessionEnded(subject=actor.account, session=session, reason=reason))


async def end_other_sessions(tx: Transaction, account: str, *, keep: str | None, reason: str = "ended_by_owner") -> int:
    """End all sessions of an account but one; how many."""
    ended = await tx.all(queries.END_OTHER_SESSIONS, account, keep, tx.now, reason)
    tx.touch(f"account:{account}")
    for session in ended:
        tx.record(SessionEnded(subject=account, session=session, reason=reason))
    return len(ended)
