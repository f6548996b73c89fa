"""PostgreSQL and what is written in a transaction: rows, events, jobs, ids, cursors, migrations."""

from __future__ import annotations

# The tables that belong to no module: events, the queue, answers to repeated requests, and what migrations note.
TABLES = (
    "alembic_version",
    "event_followers",
    "events",
    "idempotency_keys",
    "installation",
    "pgqueuer",
    "pgqueuer_log",
    "pgqueuer_schedules",
    "pgqueuer_statistics",
)
