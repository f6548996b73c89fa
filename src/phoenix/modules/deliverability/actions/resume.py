"""Send emails to an address again: because its owner or staff say so, or because it was confirmed."""

from __future__ import annotations

from collections.abc import Sequence

from phoenix.kernel.cache.limits import Limit
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.events import Recorded
from phoenix.kernel.errors import Conflict
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions.accounts import standing
from phoenix.modules.accounts.events import AccountCreated
from phoenix.modules.deliverability import queries
from phoenix.modules.deliverability.events import EmailsResumed
from phoenix.modules.sign_in.events import AddressChanged

# An address that keeps bouncing harms the name of the server that sends to it.
RESUMES = Limit("resume_emails", 3, 86_400)
CONFIRMED = frozenset({AccountCreated.kind, AddressChanged.kind})


async def resume_own(runtime: Runtime, tx: Transaction, account: str) -> None:
    """Send emails to one's own address again. Raises TooManyRequests."""
    if await resume(tx, account):
        await runtime.limiter.require(RESUMES, account)


async def resume_of_person(tx: Transaction, account: str) -> None:
    """Send emails to someone's address again, for staff. Raises NotFound, and Conflict for an account that was deleted."""
    if (await standing(tx, account)).erased:
        raise Conflict(_("This account has been deleted and can't be changed."))
    await resume(tx, account)


async def resume(tx: Transaction, account: str) -> bool:
    """Send emails to the address of an account again. Returns whether they had stopped."""
    had_stopped = await tx.execute(queries.RESUME, account) > 0
    if had_stopped:
        tx.record(EmailsResumed(subject=account))
    return had_stopped


async def start_afresh(runtime: Runtime, tx: Transaction, events: Sequence[Recorded]) -> None:
    """Forget what was reported about an address before its owner confirmed it."""
    del runtime
    confirmed = [event for event in events if event.kind in CONFIRMED]
    if confirmed:
        await tx.execute(queries.START_AFRESH, [event.subject for event in confirmed], [event.occurred_at for event in confirmed])
