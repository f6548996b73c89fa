"""The known device of a session, so that it is forgotten together with a session that someone else may have."""

from phoenix.kernel.data.revision import run_sql

revision = "sessions_0002"
down_revision = "sessions_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("ALTER TABLE sessions ADD COLUMN device_hash bytea")
