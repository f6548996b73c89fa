"""What someone typed is kept while they sign in again or confirm that it is them."""

from phoenix.kernel.data.revision import run_sql

revision = "kernel_0007"
down_revision = "kernel_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("""
        CREATE TABLE kept_forms (
            token_hash bytea PRIMARY KEY,
            account_id text COLLATE "C" NOT NULL,
            sealed bytea NOT NULL,
            created_at timestamptz NOT NULL
        );
        CREATE INDEX kept_forms_by_account ON kept_forms (account_id, created_at DESC);
        CREATE INDEX kept_forms_by_age ON kept_forms (created_at);
    """)
