"""Indexes for an event by its id, the events of an organisation by kind, and those of a person."""

from phoenix.kernel.data.revision import build_index

revision = "kernel_0003"
down_revision = "kernel_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    build_index("events_by_id", "events (id)")
    build_index("events_by_kind", "events (organisation_id, kind, number DESC) WHERE organisation_id IS NOT NULL")
    build_index("events_by_actor", "events (actor_id, number DESC) WHERE actor_id IS NOT NULL")
