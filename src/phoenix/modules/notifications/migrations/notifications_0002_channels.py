"""What people choose to be notified of, what they muted, and what was sent to them outside Phoenix."""

from phoenix.kernel.data.revision import run_sql

revision = "notifications_0002"
down_revision = "notifications_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("""
        CREATE TABLE notification_settings (
            account_id text COLLATE "C" PRIMARY KEY REFERENCES accounts ON DELETE CASCADE,
            digest text COLLATE "C" NOT NULL DEFAULT 'off' CHECK (digest IN ('off', 'daily', 'weekly')),
            hour integer NOT NULL DEFAULT 8,
            quiet_from time,
            quiet_until time,
            CHECK ((quiet_from IS NULL) = (quiet_until IS NULL))
        );
        CREATE TABLE notification_preferences (
            account_id text COLLATE "C" NOT NULL REFERENCES accounts ON DELETE CASCADE,
            kind text COLLATE "C" NOT NULL,
            channel text COLLATE "C" NOT NULL CHECK (channel IN ('inbox', 'email')),
            is_on boolean NOT NULL,
            PRIMARY KEY (account_id, kind, channel)
        );
        CREATE TABLE mutes (
            account_id text COLLATE "C" NOT NULL REFERENCES accounts ON DELETE CASCADE,
            thing text COLLATE "C" NOT NULL,
            created_at timestamptz NOT NULL,
            PRIMARY KEY (account_id, thing)
        );
        CREATE TABLE notification_deliveries (
            account_id text COLLATE "C" NOT NULL,
            number bigint NOT NULL,
            channel text COLLATE "C" NOT NULL CHECK (channel IN ('email')),
            state text COLLATE "C" NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'taken', 'sent', 'dropped')),
            is_urgent boolean NOT NULL,
            due_at timestamptz NOT NULL,
            queued_at timestamptz NOT NULL,
            batch text COLLATE "C",
            sent_at timestamptz,
            PRIMARY KEY (account_id, number, channel),
            FOREIGN KEY (account_id, number) REFERENCES notifications ON DELETE CASCADE
        );
        CREATE INDEX notification_deliveries_due ON notification_deliveries (due_at) WHERE state = 'queued';
        CREATE INDEX notification_deliveries_sent ON notification_deliveries (account_id, channel, sent_at) WHERE sent_at IS NOT NULL;
    """)
