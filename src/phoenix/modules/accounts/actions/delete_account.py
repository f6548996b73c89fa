"""Account deletion: requested, cancellable for some days, then carried out in every module."""

from __future__ import annotations

from datetime import timedelta

import structlog
from msgspec import Struct

from phoenix.kernel.actor import Actor
from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.jobs import JobKind, enqueue
from phoenix.kernel.errors import Conflict
from phoenix.kernel.language import _
from phoenix.kernel.module import PersonalData
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions.notices import notify
from phoenix.modules.accounts.events import AccountErased, DeletionCancelled, DeletionPostponed, DeletionRequested
from phoenix.modules.accounts.notices import DELETION_POSTPONED, DELETION_REQUESTED
from phoenix.modules.accounts.queries import personal

log = structlog.get_logger(__name__)

POSTPONED = timedelta(days=7)


class Erasure(Struct, frozen=True):
    """The account to erase."""

    account: str


ERASE = JobKind("accounts.erase", Erasure, queue="long", timeout=600)


async def request_deletion(runtime: Runtime, tx: Transaction, actor: Actor) -> None:
    """Mark the account for deletion. Raises Conflict if a module requires something to be resolved first.

    Until the time is over, the person can sign in and cancel the deletion.
    """
    declared = await _refuse(runtime, tx, actor.account)
    due = tx.now + timedelta(days=runtime.settings.accounts.deletion_grace)
    if await tx.maybe(personal.REQUEST_DELETION, actor.account, due) is None:
        raise Conflict(_("Deletion of this account has already been requested."))
    tx.invalidate(ACCOUNT(actor.account))
    for data in declared:
        if data.deletion_asked is not None:
            await data.deletion_asked(tx, actor)
    tx.record(DeletionRequested(subject=actor.account))
    await notify(tx, actor.account, DELETION_REQUESTED)


async def cancel_deletion(tx: Transaction, actor: Actor) -> None:
    """Cancel the deletion. Raises Conflict if it was not requested."""
    if await tx.maybe(personal.CANCEL_DELETION, actor.account) is None:
        raise Conflict(_("Deletion of this account has not been requested."))
    tx.invalidate(ACCOUNT(actor.account))
    tx.record(DeletionCancelled(subject=actor.account))


async def enqueue_due_erasures(tx: Transaction) -> None:
    """Enqueue one job for each account that is due, so that a failure does not hold up the others."""
    for account in await tx.all(personal.DUE_FOR_ERASURE, tx.now):
        await enqueue(tx, ERASE, Erasure(account), key=f"erase:{account}")


async def erase_account(runtime: Runtime, tx: Transaction, account: str) -> bool:
    """Erase one account that is due, in every module and in one transaction. Returns whether it was.

    What had to be resolved before it was requested may have come back since: then the deletion is postponed for a week, and the
    person is notified. The modules are processed in reverse order, so that accounts, which the others depend on, come last.
    """
    if await tx.maybe(personal.HOLD_DUE, account, tx.now) is None:
        return False
    try:
        declared = await _refuse(runtime, tx, account)
    except Conflict as problem:
        log.warning("deletion_postponed", account=account, problem=problem.code)
        await tx.execute(personal.POSTPONE_DELETION, account, tx.now + POSTPONED)
        tx.invalidate(ACCOUNT(account))
        tx.record(DeletionPostponed(subject=account))
        await notify(tx, account, DELETION_POSTPONED)
        return False
    for data in reversed(declared):
        await data.erase(tx, account)
    tx.record(AccountErased(subject=account))
    return True


async def _refuse(runtime: Runtime, tx: Transaction, account: str) -> list[PersonalData]:
    """What modules declare about personal data. Raises the Conflict of one that requires something to be resolved first."""
    declared = [module.personal for module in runtime.part(Registry).modules if module.personal is not None]
    for data in declared:
        if data.refuse is not None:
            await data.refuse(tx, account)
    return declared
