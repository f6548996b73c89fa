"""The erasure of what an erased account wrote, and of what was written about it, in bounded batches."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.data import upkeep
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.jobs import JobKind, enqueue
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.modules.audit import queries

BATCH = 1000


class ErasedAccount(Struct, frozen=True):
    """The account that was erased."""

    account: str


ERASE_TEXTS = JobKind("audit.erase_texts", ErasedAccount, queue="long", timeout=600)


async def enqueue_erasure(tx: Transaction, account: str) -> None:
    await enqueue(tx, ERASE_TEXTS, ErasedAccount(account), key=f"erase texts:{account}")


async def erase_texts(runtime: Runtime, account: str) -> None:
    """Erase the texts in the log and in the events they came from. The database refuses it for an account that is not erased."""
    while True:
        async with runtime.database.transaction() as tx:
            if await tx.one(queries.ERASE_TEXTS, account, BATCH) < BATCH:
                break
    leaving, after = runtime.part(Registry).leaving, 0
    async with runtime.database.reader() as db:
        if not await db.maybe(queries.IS_ERASED, account):
            return
        # What is older is empty already.
        after = await db.maybe(upkeep.POSITION, upkeep.EMPTIED) or 0
    while True:
        async with runtime.database.transaction() as tx:
            found = await tx.all(queries.OF_ACTOR, account, after, list(leaving), BATCH)
            await upkeep.empty(tx, leaving, found)
        if len(found) < BATCH:
            return
        after = found[-1][0]
