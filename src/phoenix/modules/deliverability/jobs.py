"""Forget what is of no use any more."""

from __future__ import annotations

from datetime import timedelta

from phoenix.kernel.data.purge import forget
from phoenix.kernel.runtime import Runtime
from phoenix.modules.deliverability import queries
from phoenix.modules.deliverability.actions.sendgrid import KEPT

KEPT_OF_NOBODY = timedelta(days=365)
# Longer than the log of deliveries, which asks what became of them.
KEPT_OUTCOMES = timedelta(days=32)


async def forget_old(runtime: Runtime) -> None:
    """Delete addresses that no account has after a year, what became of emails after a month, and the ids of reports."""
    now = runtime.clock.now()
    await forget(runtime.database, queries.FORGET_OLD, now - KEPT_OF_NOBODY)
    await forget(runtime.database, queries.FORGET_OUTCOMES, now - KEPT_OUTCOMES)
    await forget(runtime.database, queries.FORGET_REPORTS, now - KEPT)
