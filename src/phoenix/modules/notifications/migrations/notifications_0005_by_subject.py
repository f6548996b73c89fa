"""What was said of a subject is found by it, to be withdrawn."""

from phoenix.kernel.data.revision import build_index

revision = "notifications_0005"
down_revision = "notifications_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    build_index("notifications_by_subject", "notifications (subject) WHERE archived_at IS NULL OR read_at IS NULL")
