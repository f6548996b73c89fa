"""Stop emails to an address, and ask whether they were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.runtime import Runtime
from phoenix.modules.deliverability import queries
from phoenix.modules.deliverability.events import EmailsStopped

Reason = Literal["bounced", "complained", "unsubscribed"]
BOUNCED: Reason = "bounced"
COMPLAINED: Reason = "complained"
UNSUBSCRIBED: Reason = "unsubscribed"


async def stop(tx: Transaction, reasons: Mapping[str, Reason]) -> int:
    """Stop emails to addresses, by their keys, for these reasons. Returns to how many they were not stopped before."""
    if not reasons:
        return 0
    stopped = await tx.all(queries.STOP, list(reasons), list(reasons.values()), tx.now)
    for one in stopped:
        if one.account is not None:
            tx.record(EmailsStopped(subject=one.account, reason=one.reason))
    return len(stopped)


async def accepts(runtime: Runtime, address: str) -> bool:
    """Whether emails that are not essential are sent to the address with this key."""
    async with runtime.database.reader() as db:
        return not await db.one(queries.IS_STOPPED, address)


async def refused(runtime: Runtime, address: str) -> None:
    """A mail server said that the address with this key does not exist."""
    async with runtime.database.transaction() as tx:
        await stop(tx, {address: BOUNCED})
