"""Which push services did not answer the last time."""

from phoenix.kernel.data.revision import run_sql

revision = "push_0002"
down_revision = "push_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("ALTER TABLE push_subscriptions ADD COLUMN silent_at timestamptz;")
