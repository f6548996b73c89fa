"""Organisations, who sits in them, and who was invited."""

from phoenix.kernel.data.revision import run_sql

revision = "organisations_0001"
down_revision = None
branch_labels = ("organisations",)
depends_on = ("accounts_0001",)


def upgrade() -> None:
    run_sql("""
        CREATE TABLE organisations (
            id text COLLATE "C" PRIMARY KEY,
            slug text COLLATE "C" NOT NULL CONSTRAINT organisations_slug_unique UNIQUE,
            name text NOT NULL,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            version integer NOT NULL DEFAULT 1
        );

        CREATE TABLE memberships (
            organisation_id text COLLATE "C" NOT NULL REFERENCES organisations ON DELETE CASCADE,
            account_id text COLLATE "C" NOT NULL REFERENCES accounts ON DELETE CASCADE,
            role text COLLATE "C" NOT NULL,
            joined_at timestamptz NOT NULL,
            PRIMARY KEY (organisation_id, account_id)
        );
        CREATE INDEX memberships_by_account ON memberships (account_id, joined_at);

        CREATE TABLE invitations (
            id text COLLATE "C" PRIMARY KEY,
            organisation_id text COLLATE "C" NOT NULL REFERENCES organisations ON DELETE CASCADE,
            email text NOT NULL,
            email_key text COLLATE "C" NOT NULL,
            role text COLLATE "C" NOT NULL,
            invited_by text COLLATE "C" NOT NULL REFERENCES accounts ON DELETE CASCADE,
            token_hash bytea NOT NULL CONSTRAINT invitations_token_hash_unique UNIQUE,
            until timestamptz NOT NULL,
            created_at timestamptz NOT NULL,
            sent_at timestamptz NOT NULL,
            accepted_at timestamptz,
            revoked_at timestamptz
        );
        CREATE UNIQUE INDEX invitations_open ON invitations (organisation_id, email_key) WHERE accepted_at IS NULL AND revoked_at IS NULL;
        CREATE INDEX invitations_by_inviter ON invitations (invited_by);
    """)
