"""Organisations that will be deleted, and copies of what they hold. Code of 2.0 knows neither: it still lets people write there."""

from phoenix.kernel.data.revision import run_sql

revision = "organisations_0008"
down_revision = "organisations_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("""
        -- Deleted from closes_at on; deleting_at says that it has begun, and cannot be cancelled any more.
        ALTER TABLE organisations ADD COLUMN closes_at timestamptz, ADD COLUMN closed_by text COLLATE "C", ADD COLUMN reminded_at timestamptz,
            ADD COLUMN deleting_at timestamptz;

        CREATE TABLE organisation_exports (
            id text COLLATE "C" PRIMARY KEY,
            organisation_id text COLLATE "C" NOT NULL REFERENCES organisations ON DELETE CASCADE,
            asked_by text COLLATE "C" NOT NULL REFERENCES accounts,
            created_at timestamptz NOT NULL,
            ready_at timestamptz,
            until timestamptz NOT NULL,
            run text COLLATE "C",
            size bigint
        );
        CREATE INDEX organisation_exports_by_time ON organisation_exports (organisation_id, created_at DESC);
        CREATE INDEX organisation_exports_by_asker ON organisation_exports (asked_by);

        CREATE TABLE organisation_export_chunks (
            export_id text COLLATE "C" NOT NULL REFERENCES organisation_exports ON DELETE CASCADE,
            run text COLLATE "C" NOT NULL,
            number integer NOT NULL,
            data bytea NOT NULL,
            PRIMARY KEY (export_id, run, number)
        );
        ALTER TABLE organisation_export_chunks ALTER COLUMN data SET STORAGE EXTERNAL;
    """)
