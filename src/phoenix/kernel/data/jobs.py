"""Background work in PgQueuer's queue: enqueued in the caller's transaction, at least once, retried, then marked failed.

A job whose last attempt failed, or whose module is gone, stays in the queue with the state `failed`, where staff can see and replay it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Generic, TypeVar

import msgspec
from msgspec import Struct

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.query import Query, command, query

ENQUEUE = command("""
    INSERT INTO pgqueuer (priority, entrypoint, payload, execute_after, dedupe_key, status)
    VALUES ($5, $1, $2, clock_timestamp() + $3::interval, $4, 'queued')
    ON CONFLICT (dedupe_key) WHERE status IN ('queued', 'picked') AND dedupe_key IS NOT NULL DO NOTHING
""")

ENQUEUE_ALL = command("""
    INSERT INTO pgqueuer (priority, entrypoint, payload, execute_after, status)
    SELECT $3, $1, payload, clock_timestamp(), 'queued' FROM unnest($2::bytea[]) AS payload
""")

# A running job may have read its data before this transaction's changes, so it releases its key to the next job.
GIVE_UP_KEY = command("UPDATE pgqueuer SET dedupe_key = NULL WHERE dedupe_key = $1 AND status = 'picked'")

Payload = TypeVar("Payload", bound=Struct)


@dataclass(frozen=True, slots=True)
class JobKind(Generic[Payload]):
    """The name of a background job, its payload, and how it is run. Actions enqueue jobs with it.

    `payload` holds ids, never names, addresses or secrets: jobs are stored, logged and shown to staff. A job can wait through
    an upgrade of Phoenix, so a new field needs a default. Waiting jobs with a higher `priority` run first.
    Each `queue` has its own runner in every worker, so that long jobs don't delay emails. After `timeout` seconds a run is
    cancelled and counts as failed. A failed run is retried after `first_delay` seconds, doubling up to an hour, `attempts`
    times in all, then marked failed; one that raises PermanentFailure is marked failed at once. After `within` seconds since it was
    enqueued it is of no use any more, and marked failed instead of run. At most `concurrency` jobs of the kind run at once across
    all workers; 0 means no limit.
    """

    name: str
    payload: type[Payload]
    priority: int = 0
    queue: str = "default"
    timeout: float = 60.0
    attempts: int = 8
    first_delay: float = 1.0
    within: float | None = None
    concurrency: int = 0

    def of(self, channel: str) -> JobKind[Payload]:
        """The same for one channel, in a queue of its own."""
        return replace(self, name=f"{self.name}_{channel}", queue=f"{self.queue}_{channel}")


class Nothing(Struct, frozen=True):
    """An empty payload."""


# Without its key, which another job may have taken since.
REPLAY = command("""
    UPDATE pgqueuer SET status = 'queued', execute_after = now(), updated = now(), attempts = 0, queue_manager_id = NULL, dedupe_key = NULL
     WHERE id = $1 AND status = 'failed'
""")
# So long after it was due, and after the last sign of life of whoever ran it.
GRACE = timedelta(hours=24)
NO_MODULE = "No module of this release runs jobs of this kind. Install the module that does, then replay the job."
# The log is where the reason of a failure stands, also of those that the runner wrote down.
FAIL_UNKNOWN: Query[str] = query(
    str,
    """
    WITH gone AS (
        UPDATE pgqueuer SET status = 'failed', updated = now(), queue_manager_id = NULL
         WHERE status IN ('queued', 'picked') AND entrypoint <> ALL ($1::text[]) AND greatest(execute_after, heartbeat) < now() - $2::interval
        RETURNING id, priority, entrypoint
    ), noted AS (
        INSERT INTO pgqueuer_log (job_id, status, priority, entrypoint, traceback)
        SELECT id, 'failed', priority, entrypoint, jsonb_build_object('exception_message', $3::text) FROM gone
    )
    SELECT DISTINCT entrypoint FROM gone ORDER BY entrypoint
""",
)


async def enqueue(
    tx: Transaction, kind: JobKind[Payload], payload: Payload, *, key: str | None = None, delay: timedelta = timedelta()
) -> bool:
    """Enqueue a job with the transaction. Returns whether it was new.

    A job is not added if one with the same `key` is already waiting. A running job doesn't count as waiting.
    """
    if key is not None:
        await tx.execute(GIVE_UP_KEY, key)
    return await tx.execute(ENQUEUE, kind.name, msgspec.json.encode(payload), delay, key, kind.priority) > 0


async def enqueue_all(tx: Transaction, kind: JobKind[Payload], payloads: Sequence[Payload]) -> None:
    """Enqueue a job for each payload, in one statement."""
    if payloads:
        await tx.execute(ENQUEUE_ALL, kind.name, [msgspec.json.encode(payload) for payload in payloads], kind.priority)


async def replay(tx: Transaction, job: int) -> bool:
    """Put a failed job back in the queue. Returns whether there was one."""
    return await tx.execute(REPLAY, job) > 0


async def fail_unknown(tx: Transaction, known: Collection[str]) -> list[str]:
    """Mark jobs failed whose kind nobody declares any more; the names of their kinds.

    Not before they were due for a day: during an upgrade a worker of an older release runs beside a newer one, and must not
    fail what only the newer one knows and runs at once.
    """
    return await tx.all(FAIL_UNKNOWN, list(known), GRACE, NO_MODULE)
