"""The texts of the audit log apart from its chain, so that they can be erased; and functions that do only that."""

from phoenix.kernel.data.revision import run_sql

revision = "audit_0002"
down_revision = "audit_0001"
branch_labels = None
depends_on = ("kernel_0004",)


def upgrade() -> None:
    run_sql("""
        -- What people wrote. The chain covers the SHA-256 of the salt and the text.
        CREATE TABLE audit_texts (
            number bigint NOT NULL,
            field text COLLATE "C" NOT NULL,
            salt bytea NOT NULL,
            text text NOT NULL,
            event_id text COLLATE "C" NOT NULL,
            actor_id text COLLATE "C",
            subject text COLLATE "C",
            PRIMARY KEY (number, field)
        );
        CREATE INDEX audit_texts_by_actor ON audit_texts (actor_id) WHERE actor_id IS NOT NULL;
        CREATE INDEX audit_texts_by_subject ON audit_texts (subject) WHERE subject IS NOT NULL;

        -- How far texts were replaced by their hashes in rows from before 2.1, and how often the chain was made again. Signed.
        CREATE TABLE audit_state (
            is_one boolean PRIMARY KEY DEFAULT true CHECK (is_one),
            generation bigint NOT NULL,
            done bigint NOT NULL,
            hash bytea NOT NULL,
            bridge bytea,
            signed text NOT NULL
        );

        CREATE OR REPLACE FUNCTION refuse_change_of_audit_log() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF current_setting('phoenix.maintenance', true) = 'on' THEN
                RETURN coalesce(NEW, OLD);
            END IF;
            RAISE EXCEPTION 'The audit log is append-only.' USING ERRCODE = 'insufficient_privilege';
        END $$;
        CREATE TRIGGER audit_texts_rows_stay BEFORE UPDATE OR DELETE ON audit_texts
            FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit_log();
        CREATE TRIGGER audit_texts_stay BEFORE TRUNCATE ON audit_texts
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit_log();

        -- It replaces a text by nothing, or by the hash of that text; whatever else differs is refused.
        CREATE FUNCTION replace_texts_of_audit_log(numbers bigint[], replaced jsonb[], previous bytea[], hashes bytea[]) RETURNS bigint
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET phoenix.maintenance = 'on' AS $$
        DECLARE changed bigint;
        BEGIN
            UPDATE audit_log l SET data = n.data, previous_hash = n.previous, hash = n.hash
              FROM unnest(numbers, replaced, previous, hashes) AS n (number, data, previous, hash)
             WHERE l.number = n.number AND NOT EXISTS (
                   SELECT FROM jsonb_each(l.data) AS was FULL JOIN jsonb_each(n.data) AS is_now ON is_now.key = was.key
                    WHERE was.key IS NULL OR is_now.key IS NULL OR NOT (
                          was.value = is_now.value
                          OR jsonb_typeof(was.value) = 'string' AND (is_now.value = '""'::jsonb OR EXISTS (
                             SELECT FROM audit_texts t WHERE t.number = l.number AND t.field = was.key AND is_now.value
                                 = jsonb_build_object('sha256', encode(sha256(t.salt || convert_to(was.value #>> '{}', 'UTF8')), 'hex'))))));
            GET DIAGNOSTICS changed = ROW_COUNT;
            IF changed <> cardinality(numbers) THEN
                RAISE EXCEPTION 'The audit log is append-only.' USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN changed;
        END $$;

        -- Up to this many texts that an erased account wrote, or that were written about it, here and in the events they came from.
        CREATE FUNCTION erase_texts_of_account(account text, most integer) RETURNS bigint
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET phoenix.maintenance = 'on' AS $$
        DECLARE erased bigint;
        BEGIN
            IF NOT EXISTS (SELECT FROM accounts WHERE id = account AND erased_at IS NOT NULL) THEN
                RETURN 0;
            END IF;
            WITH gone AS (
                DELETE FROM audit_texts t
                 USING (SELECT number, field FROM audit_texts WHERE actor_id = account OR subject = account LIMIT most) AS found
                 WHERE t.number = found.number AND t.field = found.field
                RETURNING t.event_id, t.field
            ), emptied AS (
                UPDATE events e SET data = e.data || g.fields
                  FROM (SELECT event_id, jsonb_object_agg(field, '') AS fields FROM gone GROUP BY event_id) AS g WHERE e.id = g.event_id
            )
            SELECT count(*) INTO erased FROM gone;
            RETURN erased;
        END $$;
        REVOKE EXECUTE ON FUNCTION replace_texts_of_audit_log(bigint[], jsonb[], bytea[], bytea[]), erase_texts_of_account(text, integer) FROM PUBLIC;
    """)
