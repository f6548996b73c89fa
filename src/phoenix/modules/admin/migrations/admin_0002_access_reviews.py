"""Reviews of who has access: what was seen, who saw it, and when it is due again."""

from phoenix.kernel.data.revision import run_sql

revision = "admin_0002"
down_revision = "admin_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("""
        CREATE TABLE access_reviews (
            id text COLLATE "C" PRIMARY KEY,
            reviewed_at timestamptz NOT NULL,
            reviewed_by text COLLATE "C" NOT NULL,
            -- Ids, names of permissions and numbers; no text that people wrote.
            found jsonb NOT NULL,
            signature bytea NOT NULL
        );
        CREATE INDEX access_reviews_by_time ON access_reviews (reviewed_at);
    """)
