"""PostgreSQL: queries, transactions, events, jobs, ids, cursors and migrations."""

from __future__ import annotations

# The tables that belong to no module: events, the queue, idempotent responses, forms that wait for their person, and the record of migrations.
TABLES = (
    "alembic_version",
    "batch_positions",
    "permitted_retention",
    "permitted_texts",
    "releases",
    "event_followers",
    "events",
    "idempotency_keys",
    "installation",
    "kept_forms",
    "pgqueuer",
    "pgqueuer_log",
    "pgqueuer_schedules",
    "pgqueuer_statistics",
)
