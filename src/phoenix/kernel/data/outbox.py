"""The outbox: events written in the transaction that made them true, and followers notified after it."""

from __future__ import annotations

import asyncio

from phoenix.kernel.background import once
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.data.lease import Pool
from phoenix.kernel.data.query import command

CHANNEL = "phoenix_events"
NOTIFY_SECONDS = 0.01
NOTIFY_TIMEOUT = 5

INSERT = command("""
    INSERT INTO events (id, kind, organisation_id, actor_id, subject, data, occurred_at, request_id, impersonator_id)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::timestamptz[], $8::text[], $9::text[])
""")

INSERT_ONE = command("""
    INSERT INTO events (id, kind, organisation_id, actor_id, subject, data, occurred_at, request_id, impersonator_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
""")

NOTIFY = f"SELECT pg_notify('{CHANNEL}', '')"


class EventOutbox:
    """Writes what a transaction recorded, and notifies followers after its commit.

    Many commits share one notification: NOTIFY inside every transaction would make all commits queue for one lock. If a
    notification is lost in a crash, a follower sees the events at its next poll.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._task: asyncio.Task[None] | None = None

    async def write(self, tx: Transaction) -> None:
        """Write the events in a single statement."""
        rows = [
            (new_id("evt"), event.kind, event.organisation, tx.actor, event.subject, event.data(), tx.now, tx.request, tx.impersonator)
            for event in tx.events
        ]
        if len(rows) == 1:
            await tx.execute(INSERT_ONE, *rows[0])
        else:
            await tx.execute(INSERT, *map(list, zip(*rows, strict=True)))

    def committed(self, tx: Transaction) -> None:
        """Called after each commit, in the event loop."""
        if (tx.events or tx.wakes) and (self._task is None or self._task.done()):
            self._task = once("notify", self._notify())

    async def close(self) -> None:
        """Send the notification that is still due: a process that ends right after a commit leaves nobody waiting for the next poll."""
        if self._task is not None:
            await self._task

    async def _notify(self) -> None:
        await asyncio.sleep(NOTIFY_SECONDS)
        await self._pool.execute(NOTIFY, timeout=NOTIFY_TIMEOUT)
