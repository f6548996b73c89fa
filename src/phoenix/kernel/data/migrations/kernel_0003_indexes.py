"""Indexes for an event by its id, the events of an organisation by kind, and those of a person; and the releases that migrated this database."""

from phoenix.kernel.data.revision import build_index, run_sql

revision = "kernel_0003"
down_revision = "kernel_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The indexes are built outside of its transaction, so a second try finds the table.
    run_sql("CREATE TABLE IF NOT EXISTS releases (release text PRIMARY KEY, migrated_at timestamptz NOT NULL)")
    build_index("events_by_id", "events (id)")
    build_index("events_by_kind", "events (organisation_id, kind, number DESC) WHERE organisation_id IS NOT NULL")
    build_index("events_by_actor", "events (actor_id, number DESC) WHERE actor_id IS NOT NULL")
