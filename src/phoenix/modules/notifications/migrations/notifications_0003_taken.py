"""Since when an email is on its way: until then the next one waits."""

from phoenix.kernel.data.revision import build_index, run_sql

revision = "notifications_0003"
down_revision = "notifications_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("""
        ALTER TABLE notification_deliveries ADD COLUMN taken_at timestamptz;
        UPDATE notification_deliveries SET taken_at = queued_at WHERE state = 'taken';
    """)
    build_index("notification_deliveries_taken", "notification_deliveries (account_id, channel, taken_at) WHERE state = 'taken'")
