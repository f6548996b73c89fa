"""The audit log: every event once, numbered without gaps, each row bound to the one before; and what staff search by."""

from phoenix.kernel.data.revision import run_sql

revision = "admin_0001"
down_revision = None
branch_labels = ("admin",)
depends_on = ("accounts_0002", "organisations_0001")


def upgrade() -> None:
    run_sql("""
        CREATE TABLE audit_log (
            number bigint PRIMARY KEY,
            at timestamptz NOT NULL,
            actor_id text COLLATE "C",
            impersonator_id text COLLATE "C",
            action text COLLATE "C" NOT NULL,
            subject text COLLATE "C",
            organisation_id text COLLATE "C",
            data jsonb NOT NULL,
            event_id text COLLATE "C" NOT NULL CONSTRAINT audit_log_event_unique UNIQUE,
            previous_hash bytea NOT NULL,
            hash bytea NOT NULL
        );
        CREATE INDEX audit_log_by_actor ON audit_log (actor_id, number DESC) WHERE actor_id IS NOT NULL;
        CREATE INDEX audit_log_by_impersonator ON audit_log (impersonator_id, number DESC) WHERE impersonator_id IS NOT NULL;
        CREATE INDEX audit_log_by_subject ON audit_log (subject, number DESC) WHERE subject IS NOT NULL;

        -- Where the log ends, signed with a key that the database does not have: cutting off its end is found.
        CREATE TABLE audit_head (
            is_one boolean PRIMARY KEY DEFAULT true CHECK (is_one),
            number bigint NOT NULL,
            hash bytea NOT NULL,
            signed text NOT NULL
        );

        -- What the last look through the whole log found.
        CREATE TABLE audit_checks (
            is_one boolean PRIMARY KEY DEFAULT true CHECK (is_one),
            at timestamptz NOT NULL,
            rows bigint NOT NULL,
            fault text NOT NULL
        );

        CREATE FUNCTION refuse_change_of_audit_log() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'The audit log is append-only.' USING ERRCODE = 'insufficient_privilege';
        END $$;
        CREATE TRIGGER audit_log_rows_stay BEFORE UPDATE OR DELETE ON audit_log
            FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit_log();
        CREATE TRIGGER audit_log_stays BEFORE TRUNCATE ON audit_log
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit_log();

        CREATE INDEX accounts_by_words ON accounts USING gin (to_tsvector('simple', name));
        CREATE INDEX organisations_by_words ON organisations USING gin (to_tsvector('simple', name));
        CREATE INDEX sessions_of_accounts ON sessions (account_id);
    """)
