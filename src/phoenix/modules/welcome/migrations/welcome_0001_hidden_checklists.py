"""Who has hidden the checklist for people who are new."""

from phoenix.kernel.data.revision import run_sql

revision = "welcome_0001"
down_revision = None
branch_labels = ("welcome",)
depends_on = ("accounts_0001",)


def upgrade() -> None:
    run_sql("""
        CREATE TABLE hidden_checklists (
            account_id text COLLATE "C" PRIMARY KEY REFERENCES accounts ON DELETE CASCADE,
            hidden_at timestamptz NOT NULL
        );
    """)
