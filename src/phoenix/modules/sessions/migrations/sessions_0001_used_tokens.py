"""Whether the tokens that a refresh gave were used: until then, the refresh token before them still works."""

from phoenix.kernel.data.revision import run_sql

revision = "sessions_0001"
down_revision = None
branch_labels = ("sessions",)
depends_on = ("accounts_0002",)


def upgrade() -> None:
    run_sql("""
        ALTER TABLE sessions ADD COLUMN used_refresh_count integer NOT NULL DEFAULT -1;
        -- Nobody noted whether earlier tokens were used, so the ones before them stay invalid.
        UPDATE sessions SET used_refresh_count = refresh_count WHERE refresh_count > 0;
    """)
