"""The earlier versions of entries, and who saved the version that an entry has now."""

from phoenix.kernel.data.revision import run_sql

revision = "entries_0003"
down_revision = "entries_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("""
        -- Code of 2.0 writes neither: `edited_by` counts only where `edited_at` is when the entry was last changed.
        ALTER TABLE entries ADD COLUMN edited_by text COLLATE "C" REFERENCES accounts, ADD COLUMN edited_at timestamptz;
        CREATE TABLE entry_versions (
            entry_id text COLLATE "C" NOT NULL REFERENCES entries ON DELETE CASCADE,
            number bigint NOT NULL,
            editor_id text COLLATE "C" REFERENCES accounts,
            title text NOT NULL,
            body text NOT NULL,
            occurred_at timestamptz NOT NULL,
            time_zone text NOT NULL,
            saved_at timestamptz NOT NULL,
            PRIMARY KEY (entry_id, number)
        );
        CREATE INDEX entry_versions_by_editor ON entry_versions (editor_id) WHERE editor_id IS NOT NULL;
    """)
