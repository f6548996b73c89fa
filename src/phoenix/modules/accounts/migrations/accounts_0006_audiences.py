"""A session is for the public pages and the API, or for the admin panel; and whether it began with a second factor."""

from phoenix.kernel.data.revision import run_sql

revision = "accounts_0006"
down_revision = "accounts_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("""
        ALTER TABLE sessions
            ADD COLUMN audience text NOT NULL DEFAULT 'public' CHECK (audience IN ('public', 'admin')),
            ADD COLUMN second_factor boolean NOT NULL DEFAULT false;
    """)
