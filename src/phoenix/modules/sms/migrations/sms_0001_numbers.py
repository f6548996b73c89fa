"""The phone numbers of people, the codes that confirm them, what was sent to them, and which of them stopped it."""

from phoenix.kernel.data.revision import run_sql

revision = "sms_0001"
down_revision = None
branch_labels = ("sms",)
depends_on = ("accounts_0001",)


def upgrade() -> None:
    run_sql("""
        CREATE TABLE sms_numbers (
            account_id text COLLATE "C" PRIMARY KEY REFERENCES accounts ON DELETE CASCADE,
            id text COLLATE "C" NOT NULL UNIQUE,
            number text COLLATE "C" NOT NULL,
            confirmed_at timestamptz NOT NULL
        );
        CREATE INDEX sms_numbers_number ON sms_numbers (number);
        CREATE TABLE sms_requests (
            account_id text COLLATE "C" PRIMARY KEY REFERENCES accounts ON DELETE CASCADE,
            id text COLLATE "C" NOT NULL UNIQUE,
            number text COLLATE "C" NOT NULL,
            code_hash bytea,
            code_until timestamptz,
            tries_left integer NOT NULL,
            failure text COLLATE "C",
            requested_at timestamptz NOT NULL
        );
        CREATE INDEX sms_requests_requested ON sms_requests (requested_at);
        CREATE TABLE sms_messages (
            id text COLLATE "C" PRIMARY KEY,
            account_id text COLLATE "C" NOT NULL REFERENCES accounts ON DELETE CASCADE,
            message text COLLATE "C" NOT NULL,
            state text NOT NULL CHECK (state IN ('sending', 'later', 'sent', 'refused', 'delivered', 'undelivered')),
            reason text COLLATE "C",
            code integer,
            provider_id text COLLATE "C",
            tries integer NOT NULL,
            made_at timestamptz NOT NULL,
            reported_at timestamptz,
            UNIQUE (account_id, message)
        );
        CREATE INDEX sms_messages_of_account ON sms_messages (account_id, made_at);
        CREATE INDEX sms_messages_made ON sms_messages (made_at);
        CREATE TABLE sms_stopped (
            number text COLLATE "C" PRIMARY KEY,
            since timestamptz NOT NULL
        );
        CREATE INDEX sms_stopped_since ON sms_stopped (since);
        CREATE TABLE sms_replies (
            id text COLLATE "C" PRIMARY KEY,
            received_at timestamptz NOT NULL
        );
        CREATE INDEX sms_replies_received ON sms_replies (received_at);
    """)
