"""Addresses that accept no emails, and the reports that were received about them."""

from phoenix.kernel.data.revision import run_sql

revision = "deliverability_0001"
down_revision = None
branch_labels = ("deliverability",)
depends_on = ("accounts_0001",)


def upgrade() -> None:
    run_sql("""
        CREATE TABLE stopped_addresses (
            email_key text COLLATE "C" PRIMARY KEY,
            reason text NOT NULL CHECK (reason IN ('bounced', 'complained', 'unsubscribed')),
            since timestamptz NOT NULL
        );
        CREATE INDEX stopped_addresses_since ON stopped_addresses (since);
        CREATE TABLE email_reports (
            id text COLLATE "C" PRIMARY KEY,
            received_at timestamptz NOT NULL
        );
        CREATE INDEX email_reports_received ON email_reports (received_at);
    """)
