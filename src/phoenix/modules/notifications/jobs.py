"""Forget notifications that are too old to be news."""

from __future__ import annotations

from datetime import timedelta

from phoenix.kernel.data.purge import forget
from phoenix.kernel.runtime import Runtime
from phoenix.modules.notifications import deliveries, queries

KEPT = timedelta(days=365)
KEPT_DELIVERIES = timedelta(days=30)


async def forget_old(runtime: Runtime) -> None:
    """Delete notifications of events that are older than a year, read or not, and after 30 days what became of those that were sent."""
    await forget(runtime.database, deliveries.FORGET_OLD, runtime.clock.now() - KEPT_DELIVERIES)
    await forget(runtime.database, queries.FORGET_OLD, runtime.clock.now() - KEPT)
