"""Forget what is of no use any more."""

from __future__ import annotations

from datetime import timedelta

from phoenix.kernel.data.purge import forget
from phoenix.kernel.runtime import Runtime
from phoenix.modules.sms import queries
from phoenix.modules.sms.actions.number import KEPT_REQUESTS
from phoenix.modules.sms.actions.reports import KEPT_REPLIES

# Longer than the log of deliveries, which asks what became of them.
KEPT_MESSAGES = timedelta(days=32)
KEPT_STOPPED = timedelta(days=366)


async def forget_old(runtime: Runtime) -> None:
    """Delete numbers that were not confirmed within a day, what became of messages after a month, and after a year the ids of replies and
    what stopped that no account has."""
    now = runtime.clock.now()
    await forget(runtime.database, queries.FORGET_REQUESTS, now - KEPT_REQUESTS)
    await forget(runtime.database, queries.FORGET_MESSAGES, now - KEPT_MESSAGES)
    await forget(runtime.database, queries.FORGET_REPLIES, now - KEPT_REPLIES)
    await forget(runtime.database, queries.FORGET_STOPPED, now - KEPT_STOPPED)
