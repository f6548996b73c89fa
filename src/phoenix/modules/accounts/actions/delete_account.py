"""Delete one's account: asked for, a time to think, then erased in every module."""

from __future__ import annotations

from datetime import timedelta

from phoenix.kernel.actor import Actor
from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.jobs import enqueue
from phoenix.kernel.errors import Conflict
from phoenix.kernel.i18n.text import _
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions.sessions import end_other_sessions
from phoenix.modules.accounts.events import AccountErased, DeletionAsked, DeletionCancelled
from phoenix.modules.accounts.queries import personal


async def ask_for_deletion(runtime: Runtime, tx: Transaction, actor: Actor) -> None:
    """Mark the account for deletion; other sessions end. Raises Conflict where a module wants something settled first.

    Until the time is over the person can log in and keep the account.
    """
    for module in runtime.part(Registry).modules:
        if module.personal is not None and module.personal.refuse is not None:
            await module.personal.refuse(tx, actor.account)
    due = tx.now + timedelta(days=runtime.settings.accounts.deletion_grace)
    if await tx.maybe(personal.ASK_DELETION, actor.account, due) is None:
        raise Conflict(_("The deletion of this account was asked for already."))
    await end_other_sessions(tx, actor.account, keep=actor.session, reason="deletion_asked")
    tx.record(DeletionAsked(subject=actor.account))
    await enqueue(tx, "accounts.send_security_notice", {"account": actor.account, "what": "deletion_asked"})


async def keep_account(tx: Transaction, actor: Actor) -> None:
    """Take the wish back. Raises Conflict where there was none."""
    if await tx.maybe(personal.CANCEL_DELETION, actor.account) is None:
        raise Conflict(_("The deletion of this account was not asked for."))
    tx.invalidate(ACCOUNT(actor.account))
    tx.record(DeletionCancelled(subject=actor.account))


async def erase_account(runtime: Runtime, tx: Transaction, account: str) -> bool:
    """Erase one account that is due, in every module and one transaction; whether it was due still.

    The modules go in the reverse of their order, so that accounts, on which the others stand, are last.
    """
    if await tx.maybe(personal.LOCK_DUE, account, tx.now) is None:
        return False
    for module in reversed(runtime.part(Registry).modules):
        if module.personal is not None:
            await module.personal.erase(tx, account)
    tx.record(AccountErased(subject=account))
    return True
