"""Outgoing webhooks of organisations, what they sent, and how often that was tried."""

from phoenix.kernel.data.revision import run_sql

revision = "webhooks_0001"
down_revision = None
branch_labels = ("webhooks",)
depends_on = ("organisations_0001",)


def upgrade() -> None:
    run_sql("""
        CREATE TABLE webhooks (
            id text COLLATE "C" PRIMARY KEY,
            organisation_id text COLLATE "C" NOT NULL REFERENCES organisations ON DELETE CASCADE,
            url text NOT NULL,
            description text NOT NULL,
            kinds text[] NOT NULL,
            secret bytea NOT NULL,
            former_secret bytea,
            former_until timestamptz,
            created_by text COLLATE "C" NOT NULL REFERENCES accounts,
            created_at timestamptz NOT NULL,
            failing_since timestamptz,
            disabled_at timestamptz,
            disabled_reason text COLLATE "C" CHECK (disabled_reason IN ('by_person', 'failing', 'gone')),
            version integer NOT NULL DEFAULT 1
        );
        CREATE INDEX webhooks_of_organisation ON webhooks (organisation_id, id);
        CREATE TABLE webhook_deliveries (
            id text COLLATE "C" PRIMARY KEY,
            webhook_id text COLLATE "C" NOT NULL REFERENCES webhooks ON DELETE CASCADE,
            organisation_id text COLLATE "C" NOT NULL REFERENCES organisations ON DELETE CASCADE,
            event text COLLATE "C" NOT NULL,
            kind text COLLATE "C" NOT NULL,
            body bytea NOT NULL,
            state text COLLATE "C" NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'delivered', 'failed')),
            attempts integer NOT NULL DEFAULT 0,
            made_at timestamptz NOT NULL,
            next_at timestamptz,
            tried_at timestamptz,
            status integer,
            problem text,
            UNIQUE (webhook_id, event)
        );
        CREATE INDEX webhook_deliveries_of_webhook ON webhook_deliveries (webhook_id, id DESC);
        CREATE INDEX webhook_deliveries_of_organisation ON webhook_deliveries (organisation_id);
        CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_at) WHERE state = 'queued';
        CREATE INDEX webhook_deliveries_made ON webhook_deliveries (made_at);

        -- Nothing is sent of what happened before there were webhooks.
        INSERT INTO event_followers (name, transaction, number)
        SELECT 'webhooks.queue', transaction, number FROM events
         WHERE transaction < pg_snapshot_xmin(pg_current_snapshot())
         ORDER BY transaction DESC, number DESC LIMIT 1
        ON CONFLICT DO NOTHING;
    """)
