"""Forget browsers whose sessions have ended."""

from __future__ import annotations

from phoenix.kernel.data.purge import forget
from phoenix.kernel.runtime import Runtime
from phoenix.modules.push import queries


async def forget_ended(runtime: Runtime) -> None:
    """Delete the subscriptions of sessions that have ended or expired: nothing is sent to them since then."""
    await forget(runtime.database, queries.FORGET_ENDED, runtime.clock.now())
