"""The browsers in which people are notified by push, each with its session."""

from phoenix.kernel.data.revision import run_sql

revision = "push_0001"
down_revision = None
branch_labels = ("push",)
depends_on = ("sessions_0001",)


def upgrade() -> None:
    run_sql("""
        CREATE TABLE push_subscriptions (
            id text COLLATE "C" PRIMARY KEY,
            account_id text COLLATE "C" NOT NULL REFERENCES accounts ON DELETE CASCADE,
            session_id text COLLATE "C" NOT NULL UNIQUE REFERENCES sessions ON DELETE CASCADE,
            endpoint text COLLATE "C" NOT NULL UNIQUE,
            receiver bytea NOT NULL,
            auth bytea NOT NULL,
            server_key text COLLATE "C" NOT NULL,
            created_at timestamptz NOT NULL
        );
        CREATE INDEX push_subscriptions_of_account ON push_subscriptions (account_id, created_at DESC, id DESC);
    """)
