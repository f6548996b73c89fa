"""The generation of what an account signs in with: what was proved with an earlier one no longer starts a session."""

from phoenix.kernel.data.revision import run_sql

revision = "accounts_0004"
down_revision = "accounts_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("ALTER TABLE accounts ADD COLUMN credential_generation integer NOT NULL DEFAULT 0")
