"""Who has a socket in which process, until when that holds, and who does not want it shown."""

from phoenix.kernel.data.revision import run_sql

revision = "presence_0001"
down_revision = None
branch_labels = ("presence",)
depends_on = ("organisations_0001",)


def upgrade() -> None:
    run_sql("""
        -- Lost with a crash of the server, which is as well: every process writes it again within seconds.
        CREATE UNLOGGED TABLE present (
            process text COLLATE "C" PRIMARY KEY,
            accounts text[] NOT NULL,
            version bigint NOT NULL,
            until timestamptz NOT NULL
        );
        CREATE TABLE presence_hidden (
            account_id text COLLATE "C" PRIMARY KEY REFERENCES accounts ON DELETE CASCADE
        );
        CREATE TABLE presence_off (
            organisation_id text COLLATE "C" PRIMARY KEY REFERENCES organisations ON DELETE CASCADE
        );
    """)
