"""Offers of ownership: to a member, who accepts or declines."""

from phoenix.kernel.data.revision import run_sql

revision = "organisations_0010"
down_revision = "organisations_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("""
        CREATE TABLE ownership_offers (
            id text COLLATE "C" PRIMARY KEY,
            organisation_id text COLLATE "C" NOT NULL REFERENCES organisations ON DELETE CASCADE,
            account_id text COLLATE "C" NOT NULL REFERENCES accounts,
            offered_by text COLLATE "C" NOT NULL REFERENCES accounts,
            created_at timestamptz NOT NULL,
            until timestamptz NOT NULL
        );
        -- There is one at a time: what came of it is in the audit log.
        CREATE UNIQUE INDEX ownership_offers_one ON ownership_offers (organisation_id);
        CREATE INDEX ownership_offers_to ON ownership_offers (account_id);
        CREATE INDEX ownership_offers_by ON ownership_offers (offered_by);
    """)
