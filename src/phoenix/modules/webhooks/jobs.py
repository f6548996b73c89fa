"""Forget what was sent long ago."""

from __future__ import annotations

from datetime import timedelta

from phoenix.kernel.data.purge import forget
from phoenix.kernel.runtime import Runtime
from phoenix.modules.webhooks import queries

KEPT = timedelta(days=30)


async def forget_old(runtime: Runtime) -> None:
    """Delete the log of deliveries that ended more than 30 days ago."""
    await forget(runtime.database, queries.FORGET_OLD, runtime.clock.now() - KEPT)
