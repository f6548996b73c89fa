"""Forget what is of no use any more."""

from __future__ import annotations

from datetime import timedelta

from phoenix.kernel.runtime import Runtime
from phoenix.modules.deliverability import queries
from phoenix.modules.deliverability.actions.sendgrid import KEPT

KEPT_OF_NOBODY = timedelta(days=365)


async def forget_old(runtime: Runtime) -> None:
    """Delete addresses that no account has after a year, and the ids of reports."""
    async with runtime.database.transaction() as tx:
        await tx.execute(queries.FORGET_OLD, tx.now - KEPT_OF_NOBODY)
        await tx.execute(queries.FORGET_REPORTS, tx.now - KEPT)
