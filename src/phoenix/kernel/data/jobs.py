"""Background work in PgQueuer's queue: enqueued in the caller's transaction, at least once, retried, then marked failed.

A job that failed for the last time stays in the queue with the state `failed`, where staff can see and replay it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.query import Query, command, query

ENQUEUE = command("""
    INSERT INTO pgqueuer (priority, entrypoint, payload, execute_after, dedupe_key, status)
    VALUES (0, $1, $2, clock_timestamp() + $3::interval, $4, 'queued')
    ON CONFLICT (dedupe_key) WHERE status IN ('queued', 'picked') AND dedupe_key IS NOT NULL DO NOTHING
""")


class DeadJob(Struct, frozen=True):
    """A job that failed for the last time."""

    id: int
    name: str
    attempts: int
    created_at: datetime
    updated_at: datetime


DEAD: Query[DeadJob] = query(
    DeadJob,
    "SELECT id, entrypoint AS name, attempts, created AS created_at, updated AS updated_at FROM pgqueuer WHERE status = 'failed' ORDER BY id DESC LIMIT $1",
)
REPLAY = command("""
    UPDATE pgqueuer SET status = 'queued', execute_after = now(), updated = now(), attempts = 0, queue_manager_id = NULL
     WHERE id = $1 AND status = 'failed'
""")
WAITING: Query[int] = query(int, "SELECT count(*) FROM pgqueuer WHERE status = 'queued' AND execute_after <= now()")


async def enqueue(tx: Transaction, name: str, payload: dict[str, Any], *, key: str | None = None, delay: timedelta = timedelta()) -> bool:
    """Enqueue a job with the transaction; whether it was new. A job whose `key` is already waiting is not added again."""
    return await tx.execute(ENQUEUE, name, msgspec.json.encode(payload), delay, key) > 0


async def dead_jobs(tx: Transaction, limit: int = 50) -> list[DeadJob]:
    """The jobs that were marked failed, newest first."""
    return await tx.all(DEAD, limit)


async def replay(tx: Transaction, job: int) -> bool:
    """Put a dead job back in the queue; whether it was there."""
    return await tx.execute(REPLAY, job) > 0
