"""A copy of someone's data in chunks, so that a large one is in no memory as a whole. Code of 2.0 reads those of one chunk."""

from phoenix.kernel.data.revision import run_sql

revision = "accounts_0007"
down_revision = "accounts_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("""
        ALTER TABLE exports ADD COLUMN run text COLLATE "C", ADD COLUMN size bigint;

        CREATE TABLE export_chunks (
            export_id text COLLATE "C" NOT NULL REFERENCES exports ON DELETE CASCADE,
            run text COLLATE "C" NOT NULL,
            number integer NOT NULL,
            data bytea NOT NULL,
            PRIMARY KEY (export_id, run, number)
        );
        ALTER TABLE export_chunks ALTER COLUMN data SET STORAGE EXTERNAL;
    """)
