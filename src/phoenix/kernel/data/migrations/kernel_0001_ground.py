"""Events and their followers, idempotency keys, the job queue."""

from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment

from phoenix.kernel.data.revision import run_sql

revision = "kernel_0001"
down_revision = None
branch_labels = ("kernel",)
depends_on = None


def upgrade() -> None:
    run_sql("""
        CREATE TABLE events (
            number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
            id text COLLATE "C" NOT NULL,
            kind text COLLATE "C" NOT NULL,
            organisation_id text COLLATE "C",
            actor_id text COLLATE "C",
            subject text COLLATE "C",
            data jsonb NOT NULL DEFAULT '{}',
            occurred_at timestamptz NOT NULL,
            request_id text COLLATE "C"
        );
        CREATE INDEX events_by_transaction ON events (transaction, number);
        CREATE INDEX events_by_organisation ON events (organisation_id, number DESC) WHERE organisation_id IS NOT NULL;

        CREATE TABLE event_followers (
            name text COLLATE "C" PRIMARY KEY,
            transaction xid8 NOT NULL DEFAULT '0',
            number bigint NOT NULL DEFAULT 0,
            moved_at timestamptz NOT NULL DEFAULT now()
        );

        CREATE TABLE idempotency_keys (
            caller text COLLATE "C" NOT NULL,
            key text COLLATE "C" NOT NULL,
            request bytea NOT NULL,
            status smallint NOT NULL,
            headers jsonb NOT NULL,
            body bytea NOT NULL,
            created_at timestamptz NOT NULL,
            PRIMARY KEY (caller, key)
        );
        CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
    """)
    run_sql(QueryBuilderEnvironment().build_install_query())
