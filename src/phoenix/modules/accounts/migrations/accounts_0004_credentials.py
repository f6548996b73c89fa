"""What was proved with an earlier generation of an account's credentials starts no session; and who can sign in and is not leaving."""

from phoenix.kernel.data.revision import run_sql

revision = "accounts_0004"
down_revision = "accounts_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("""
        ALTER TABLE accounts ADD COLUMN credential_generation integer NOT NULL DEFAULT 0;

        CREATE VIEW active_people AS
        SELECT id FROM accounts WHERE kind = 'person' AND locked_at IS NULL AND erased_at IS NULL AND erase_at IS NULL;
    """)
