"""Comments on entries."""

from phoenix.kernel.data.revision import run_sql

revision = "comments_0001"
down_revision = None
branch_labels = ("comments",)
depends_on = ("entries_0001",)


def upgrade() -> None:
    run_sql("""
        CREATE TABLE comments (
            id text COLLATE "C" PRIMARY KEY,
            organisation_id text COLLATE "C" NOT NULL REFERENCES organisations ON DELETE CASCADE,
            entry_id text COLLATE "C" NOT NULL REFERENCES entries ON DELETE CASCADE,
            author_id text COLLATE "C" NOT NULL REFERENCES accounts,
            body text NOT NULL,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            version integer NOT NULL DEFAULT 1
        );
        CREATE INDEX comments_of_entry ON comments (entry_id, id);
        CREATE INDEX comments_of_author ON comments (author_id);
        CREATE INDEX comments_of_organisation ON comments (organisation_id);
    """)
