"""Forget notifications that are too old to be news."""

from __future__ import annotations

from datetime import timedelta

from phoenix.kernel.runtime import Runtime
from phoenix.modules.notifications import queries

KEPT = timedelta(days=365)


async def forget_old(runtime: Runtime) -> None:
    """Delete notifications of events that are older than a year, read or not."""
    async with runtime.database.transaction() as tx:
        await tx.execute(queries.FORGET_OLD, tx.now - KEPT)
