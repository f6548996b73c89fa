"""End sessions: one, the current one, all others. Sessions in which staff impersonate someone end in the same way."""

from __future__ import annotations

from collections.abc import Sequence

from phoenix.kernel.actor import Actor
from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.errors import NotFound
from phoenix.kernel.language import _
from phoenix.modules.sessions import queries
from phoenix.modules.sessions.events import ImpersonationEnded, SessionEnded
from phoenix.modules.sessions.queries import EndedSession

ENDED = _("This session doesn't exist or has already ended.")


async def end_session(tx: Transaction, actor: Actor, session: str, *, reason: str = "ended_by_owner") -> None:
    """End one of the actor's sessions. Raises NotFound if it belongs to someone else, or has ended."""
    await end_session_of(tx, actor.account, session, reason=reason)


async def sign_out(tx: Transaction, actor: Actor) -> None:
    """End the actor's session. The device stays known. Raises NotFound if it has ended."""
    if not await try_to_end(tx, actor.account, actor.session, reason="logged_out", keeps_device=True):
        raise NotFound(ENDED)


async def end_session_of(tx: Transaction, account: str, session: str, *, reason: str) -> None:
    """End a session of an account, and forget its device. Raises NotFound if there is none, or it has ended."""
    if not await try_to_end(tx, account, session, reason=reason):
        raise NotFound(ENDED)


async def try_to_end(tx: Transaction, account: str, session: str, *, reason: str, keeps_device: bool = False) -> bool:
    """End a session of an account, and forget its device unless it `keeps_device`. Returns whether it was still open."""
    ended = await tx.maybe(queries.END, session, account, tx.now, reason, keeps_device)
    if ended is not None:
        record_ended(tx, ended, reason)
    return ended is not None


async def end_other_sessions(tx: Transaction, account: str, *, keep: str | None, reason: str = "ended_by_owner") -> int:
    """End all sessions of an account but one, and all in which it impersonates others, and forget all other devices. Returns how many."""
    ended = await tx.all(queries.END_OTHERS, account, keep, tx.now, reason)
    tx.invalidate(ACCOUNT(account))
    return _record_all(tx, ended, reason)


async def end_impersonations_by(tx: Transaction, account: str, *, reason: str) -> None:
    """End every session in which this account impersonates someone."""
    _record_all(tx, await tx.all(queries.END_IMPERSONATIONS_BY, account, tx.now, reason), reason)


async def end_impersonations_of(tx: Transaction, account: str, *, reason: str) -> None:
    """End every session in which this account is impersonated."""
    _record_all(tx, await tx.all(queries.END_IMPERSONATIONS_OF, account, tx.now, reason), reason)


def record_ended(tx: Transaction, ended: EndedSession, reason: str) -> None:
    """Record that a session has ended. Everything cached about it becomes stale."""
    tx.invalidate(ACCOUNT(ended.account))
    if ended.impersonator is None:
        tx.record(SessionEnded(subject=ended.account, session=ended.id, reason=reason))
    else:
        tx.record(ImpersonationEnded(subject=ended.account, session=ended.id, staff=ended.impersonator, reason=reason))


def _record_all(tx: Transaction, ended: Sequence[EndedSession], reason: str) -> int:
    for session in ended:
        record_ended(tx, session, reason)
    return len(ended)
