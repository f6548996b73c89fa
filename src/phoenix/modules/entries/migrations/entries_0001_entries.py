"""Entries: dated records of an organisation."""

from phoenix.kernel.data.revision import run_sql

revision = "entries_0001"
down_revision = None
branch_labels = ("entries",)
depends_on = ("organisations_0001",)


def upgrade() -> None:
    run_sql("""
        CREATE TABLE entries (
            id text COLLATE "C" PRIMARY KEY,
            organisation_id text COLLATE "C" NOT NULL REFERENCES organisations ON DELETE CASCADE,
            author_id text COLLATE "C" NOT NULL REFERENCES accounts,
            title text NOT NULL,
            body text NOT NULL,
            occurred_at timestamptz NOT NULL,
            time_zone text NOT NULL,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            version integer NOT NULL DEFAULT 1
        );
        CREATE INDEX entries_by_time ON entries (organisation_id, occurred_at DESC, id DESC);
        CREATE INDEX entries_by_author ON entries (author_id);
    """)
