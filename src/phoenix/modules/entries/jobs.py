"""Counts that no dashboard shows any more."""

from __future__ import annotations

from phoenix.kernel.runtime import Runtime
from phoenix.modules.entries import queries


async def forget_old_counts(runtime: Runtime) -> None:
    """Delete the counts of days that have left the dashboard; runs by schedule."""
    async with runtime.database.transaction() as tx:
        await tx.execute(queries.FORGET_OLD_COUNTS)
