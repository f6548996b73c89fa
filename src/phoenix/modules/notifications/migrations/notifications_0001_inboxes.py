"""The inbox of each person: numbered items, and the number that was given last."""

from phoenix.kernel.data.revision import run_sql

revision = "notifications_0001"
down_revision = None
branch_labels = ("notifications",)
depends_on = ("accounts_0001", "organisations_0001")


def upgrade() -> None:
    run_sql("""
        CREATE TABLE inboxes (
            account_id text COLLATE "C" PRIMARY KEY REFERENCES accounts ON DELETE CASCADE,
            epoch text COLLATE "C" NOT NULL,
            last_number bigint NOT NULL DEFAULT 0,
            version bigint NOT NULL DEFAULT 0
        );
        CREATE TABLE notifications (
            account_id text COLLATE "C" NOT NULL REFERENCES accounts ON DELETE CASCADE,
            number bigint NOT NULL,
            id text COLLATE "C" NOT NULL UNIQUE,
            position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
            event text COLLATE "C" NOT NULL,
            kind text COLLATE "C" NOT NULL,
            event_kind text COLLATE "C" NOT NULL,
            organisation_id text COLLATE "C" REFERENCES organisations ON DELETE CASCADE,
            actor_id text COLLATE "C",
            subject text COLLATE "C",
            data jsonb NOT NULL,
            occurred_at timestamptz NOT NULL,
            is_own boolean NOT NULL,
            read_at timestamptz,
            archived_at timestamptz,
            PRIMARY KEY (account_id, number),
            UNIQUE (account_id, event)
        );
        CREATE INDEX notifications_unread ON notifications (account_id, number) WHERE read_at IS NULL AND archived_at IS NULL;
        CREATE INDEX notifications_by_time ON notifications (occurred_at);
        CREATE INDEX notifications_of_organisation ON notifications (organisation_id);

        -- Nobody is notified of what happened before there were notifications.
        INSERT INTO event_followers (name, transaction, number)
        SELECT 'notifications.deliver', transaction, number FROM events
         WHERE transaction < pg_snapshot_xmin(pg_current_snapshot())
         ORDER BY transaction DESC, number DESC LIMIT 1
        ON CONFLICT DO NOTHING;
    """)
