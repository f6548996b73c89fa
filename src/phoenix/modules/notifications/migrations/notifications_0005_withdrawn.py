"""What was said of a subject is found by it, to be withdrawn; and what is about someone says what their organisation was called then."""

from phoenix.kernel.data.revision import build_index, run_sql

revision = "notifications_0005"
down_revision = "notifications_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("""
        ALTER TABLE notifications ADD COLUMN place text;
        UPDATE notifications n SET place = o.name FROM organisations o WHERE o.id = n.organisation_id AND n.is_own;
    """)
    build_index("notifications_by_subject", "notifications (subject) WHERE archived_at IS NULL OR read_at IS NULL")
