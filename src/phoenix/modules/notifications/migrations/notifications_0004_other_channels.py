"""Channels that other modules bring, and what became of each delivery: how often it was tried, and why it was not sent."""

from phoenix.kernel.data.revision import build_index, run_sql

revision = "notifications_0004"
down_revision = "notifications_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Which channels there are, modules declare.
    run_sql("""
        ALTER TABLE notification_preferences DROP CONSTRAINT notification_preferences_channel_check;
        ALTER TABLE notification_deliveries
            DROP CONSTRAINT notification_deliveries_channel_check,
            DROP CONSTRAINT notification_deliveries_state_check,
            ADD CONSTRAINT notification_deliveries_known_state CHECK (state IN ('queued', 'taken', 'sent', 'refused', 'dropped')) NOT VALID,
            ADD COLUMN tries integer NOT NULL DEFAULT 0,
            ADD COLUMN tried_at timestamptz,
            ADD COLUMN reason text COLLATE "C";
    """)
    run_sql("ALTER TABLE notification_deliveries VALIDATE CONSTRAINT notification_deliveries_known_state")
    build_index("notification_deliveries_queued", "notification_deliveries (queued_at) WHERE state NOT IN ('queued', 'taken')")
