"""Deletion of counters that are no longer needed."""

from __future__ import annotations

from datetime import timedelta

from phoenix.kernel.runtime import Runtime
from phoenix.modules.factors.queries import throttle

KEEP_COUNTERS = timedelta(days=2)


async def forget_old(runtime: Runtime) -> None:
    """Delete the counters without any attempt in the last two days."""
    async with runtime.database.transaction() as tx:
        await tx.execute(throttle.FORGET_OLD, tx.now - KEEP_COUNTERS)
