"""What is due is found by organisation, each of which has its turn. Several former secrets, each with its own end."""

from phoenix.kernel.data.revision import build_index, run_sql

revision = "webhooks_0002"
down_revision = "webhooks_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    build_index("webhook_deliveries_due_in", "webhook_deliveries (organisation_id, next_at) WHERE state = 'queued'")
    run_sql("""
        DROP INDEX webhook_deliveries_due;
        ALTER TABLE webhooks RENAME COLUMN former_secret TO last_former_secret;
        ALTER TABLE webhooks RENAME COLUMN former_until TO last_former_until;
        ALTER TABLE webhooks ADD COLUMN former_secrets bytea[] NOT NULL DEFAULT '{}', ADD COLUMN former_until timestamptz[] NOT NULL DEFAULT '{}';
        UPDATE webhooks SET former_secrets = ARRAY[last_former_secret], former_until = ARRAY[last_former_until]
         WHERE last_former_secret IS NOT NULL AND last_former_until IS NOT NULL;
        ALTER TABLE webhooks DROP COLUMN last_former_secret, DROP COLUMN last_former_until;
        UPDATE webhook_deliveries d SET next_at = NULL FROM webhooks w
         WHERE w.id = d.webhook_id AND w.disabled_at IS NOT NULL AND d.state = 'queued';
    """)
