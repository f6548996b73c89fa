"""An organisation whose grace period is over is deleted in every module, in bounded batches that go on where they stopped."""

from __future__ import annotations

from datetime import timedelta

import structlog
from msgspec import Struct

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.jobs import JobKind, enqueue
from phoenix.kernel.module import OrganisationData
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.modules.keys.actions.api_keys import revoke_keys_of
from phoenix.modules.organisations import queries
from phoenix.modules.organisations.actions.closing import TELL_MEMBERS, Told, closing_changed
from phoenix.modules.organisations.actions.owners import has_owner
from phoenix.modules.organisations.events import DeletionPostponed, OrganisationDeleted
from phoenix.modules.organisations.notices import REMINDER
from phoenix.modules.organisations.queries import closing

log = structlog.get_logger(__name__)

BATCH = 500
REMINDED_BEFORE = timedelta(days=1)
POSTPONED = timedelta(days=7)
SERVICE_ACCOUNTS = 1000


class Deletion(Struct, frozen=True):
    """The organisation to delete."""

    organisation: str


DELETE = JobKind("organisations.delete", Deletion, queue="long", timeout=3600)


async def enqueue_due(tx: Transaction) -> None:
    """Remind the owners of organisations that will be deleted within a day, and enqueue the deletion of those that are due.

    One job each, so that a failure holds up no other; one that was begun and given up goes on.
    """
    for organisation in await tx.all(closing.REMIND, tx.now, tx.now + REMINDED_BEFORE):
        await enqueue(tx, TELL_MEMBERS, Told(organisation, REMINDER, role="owner"))
    for organisation in await tx.all(closing.DUE, tx.now):
        await _enqueue(tx, organisation)


async def delete_organisation(runtime: Runtime, organisation: str) -> None:
    """Delete an organisation that is due, unless its deletion was cancelled. Modules are called in reverse order, so that what others depend on goes last.

    While no owner can sign in, nobody could have cancelled it: it is postponed for a week.
    """
    async with runtime.database.transaction() as tx:
        await queries.hold_memberships(tx, organisation)
        if not await has_owner(tx, organisation) and await postpone(tx, organisation):
            return
        if not await begin(tx, organisation) and await tx.maybe(closing.BEGUN, organisation) is None:
            return
    for owned in reversed(runtime.part(Registry).owned.values()):
        while await _delete_batch(runtime, owned, organisation):
            pass
    async with runtime.database.transaction() as tx:
        # Another worker may have done the same: it is recorded once.
        if await tx.maybe(closing.END, organisation) is not None:
            tx.record(OrganisationDeleted(organisation=organisation, subject=organisation))


async def begin(tx: Transaction, organisation: str) -> bool:
    """From here on nobody is a member, and no key works there. False if it is not due, or was begun before.

    The caller holds the organisation's memberships.
    """
    if await tx.maybe(closing.BEGIN, organisation, tx.now) is None:
        return False
    await revoke_keys_of(tx, await tx.all(closing.SERVICE_ACCOUNTS_OF, organisation, SERVICE_ACCOUNTS))
    await closing_changed(tx, organisation)
    return True


async def postpone(tx: Transaction, organisation: str) -> bool:
    """Delete it a week later. False if it is not due, or was begun before. The caller holds the organisation's memberships."""
    if await tx.maybe(closing.POSTPONE, organisation, tx.now, tx.now + POSTPONED) is None:
        return False
    log.warning("organisation_deletion_postponed", organisation=organisation)
    tx.record(DeletionPostponed(organisation=organisation, subject=organisation))
    await closing_changed(tx, organisation)
    return True


async def delete_at_once(tx: Transaction, organisation: str) -> None:
    """Delete an organisation without a grace period, since its last member is gone. The caller holds its memberships."""
    await tx.execute(closing.CLOSE_AT_ONCE, organisation, tx.now)
    await begin(tx, organisation)
    await _enqueue(tx, organisation)


async def _enqueue(tx: Transaction, organisation: str) -> None:
    await enqueue(tx, DELETE, Deletion(organisation), key=f"delete organisation:{organisation}")


async def _delete_batch(runtime: Runtime, owned: OrganisationData, organisation: str) -> int:
    """How much of it a module deleted, in one transaction that keeps every other worker out."""
    if owned.delete is None:
        return 0
    async with runtime.database.transaction() as tx:
        if await tx.maybe(closing.BEGUN, organisation) is None:
            return 0
        return await owned.delete(tx, organisation, BATCH)
