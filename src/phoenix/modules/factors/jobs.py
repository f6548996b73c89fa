"""Deletion of counters that are no longer needed."""

from __future__ import annotations

from datetime import timedelta

from phoenix.kernel.data.purge import forget
from phoenix.kernel.runtime import Runtime
from phoenix.modules.factors.queries import throttle

KEEP_COUNTERS = timedelta(days=2)


async def forget_old(runtime: Runtime) -> None:
    """Delete the counters without any attempt in the last two days."""
    await forget(runtime.database, throttle.FORGET_OLD, runtime.clock.now() - KEEP_COUNTERS)
