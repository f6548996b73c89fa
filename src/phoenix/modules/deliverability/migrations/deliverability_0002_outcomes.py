"""What became of emails that were sent, as far as it was reported."""

from phoenix.kernel.data.revision import run_sql

revision = "deliverability_0002"
down_revision = "deliverability_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("""
        CREATE TABLE email_outcomes (
            reference text COLLATE "C" PRIMARY KEY,
            state text NOT NULL CHECK (state IN ('delivered', 'undelivered')),
            reason text COLLATE "C" NOT NULL,
            reported_at timestamptz NOT NULL
        );
        CREATE INDEX email_outcomes_reported ON email_outcomes (reported_at);
    """)
