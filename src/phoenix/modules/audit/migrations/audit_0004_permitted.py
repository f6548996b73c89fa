"""The functions of the audit log do what the owner's tables permit: what is deleted is archived, what is emptied is a text."""

from phoenix.kernel.data.revision import run_sql

revision = "audit_0004"
down_revision = "audit_0003"
branch_labels = None
depends_on = ("kernel_0006",)


def upgrade() -> None:
    run_sql("""
        -- Rows of the log stay as written: these kinds had other names in 2.0.
        INSERT INTO permitted_texts VALUES ('accounts.locked', 'reason', 'written'), ('accounts.impersonated', 'reason', 'written');

        -- The oldest rows, as old as is permitted, and of an archive that ends with the hash of the row at its end.
        CREATE OR REPLACE FUNCTION trim_audit_log(most integer) RETURNS bigint
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET phoenix.maintenance = 'on' AS $$
        DECLARE trimmed bigint; newest bigint; youngest timestamptz;
        BEGIN
            SELECT now() - make_interval(days => p.days) INTO youngest FROM permitted_retention p WHERE p.name = 'audit_log';
            IF youngest IS NULL THEN
                RAISE EXCEPTION 'The audit log is to be kept.' USING ERRCODE = 'insufficient_privilege';
            END IF;
            IF EXISTS (SELECT FROM audit_archives a WHERE a.last >= (SELECT min(number) FROM audit_log)
                          AND NOT EXISTS (SELECT FROM audit_log l WHERE l.number = a.last AND l.hash = a.hash AND l.at < youngest)) THEN
                RAISE EXCEPTION 'These rows of the audit log are in no archive, or are to be kept.' USING ERRCODE = 'insufficient_privilege';
            END IF;
            WITH gone AS (
                DELETE FROM audit_log l
                 USING (SELECT number FROM audit_log ORDER BY number LIMIT most) AS oldest
                 WHERE l.number = oldest.number AND l.at < youngest
                   AND EXISTS (SELECT FROM audit_archives a WHERE l.number BETWEEN a.first AND a.last)
                RETURNING l.number
            )
            SELECT count(*), max(number) INTO trimmed, newest FROM gone;
            IF EXISTS (SELECT FROM audit_log WHERE number < newest) THEN
                RAISE EXCEPTION 'These rows of the audit log are in no archive, or are to be kept.' USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN trimmed;
        END $$;

        -- It replaces a text by the hash of that text, and what only code of the last release reads by nothing. Each row follows the one before,
        -- and of a row without such a text only what follows from the row before it changes: where no text is left, nothing can be changed.
        CREATE OR REPLACE FUNCTION replace_texts_of_audit_log(numbers bigint[], replaced jsonb[], previous bytea[], hashes bytea[]) RETURNS bigint
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET phoenix.maintenance = 'on' AS $$
        DECLARE changed bigint; first_follows bytea;
        BEGIN
            SELECT previous_hash INTO first_follows FROM audit_log ORDER BY number LIMIT 1;
            UPDATE audit_log l SET data = n.data, previous_hash = n.previous, hash = n.hash
              FROM unnest(numbers, replaced, previous, hashes) AS n (number, data, previous, hash)
             WHERE l.number = n.number AND (l.data <> n.data OR l.previous_hash <> n.previous) AND NOT EXISTS (
                   SELECT FROM jsonb_each(l.data) AS was FULL JOIN jsonb_each(n.data) AS is_now ON is_now.key = was.key
                    WHERE was.key IS NULL OR is_now.key IS NULL OR NOT (
                          was.value = is_now.value
                          OR jsonb_typeof(was.value) = 'string' AND is_now.value = '""'::jsonb AND EXISTS (
                             SELECT FROM permitted_texts p WHERE p.kind = l.action AND p.field = was.key AND p.use = 'leaving')
                          OR jsonb_typeof(was.value) = 'string' AND EXISTS (
                             SELECT FROM permitted_texts p WHERE p.kind = l.action AND p.field = was.key AND p.use = 'written') AND EXISTS (
                             SELECT FROM audit_texts t WHERE t.number = l.number AND t.field = was.key AND is_now.value
                                 = jsonb_build_object('sha256', encode(sha256(t.salt || convert_to(was.value #>> '{}', 'UTF8')), 'hex')))));
            GET DIAGNOSTICS changed = ROW_COUNT;
            IF changed IS DISTINCT FROM cardinality(numbers)
               OR EXISTS (SELECT FROM audit_log l JOIN audit_log b ON b.number = l.number - 1
                           WHERE l.number = ANY (numbers) AND l.previous_hash <> b.hash)
               OR first_follows IS DISTINCT FROM (SELECT previous_hash FROM audit_log ORDER BY number LIMIT 1) THEN
                RAISE EXCEPTION 'The audit log is append-only.' USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN changed;
        END $$;

        -- Of events only what is a text and this account wrote, or was written about it, whatever a row of audit_texts says.
        CREATE OR REPLACE FUNCTION erase_texts_of_account(account text, most integer) RETURNS bigint
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET phoenix.maintenance = 'on' AS $$
        DECLARE erased bigint; refused bigint;
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
            SELECT count(*), count(e.id) FILTER (WHERE (account IN (e.actor_id, e.subject)) IS NOT TRUE OR p.kind IS NULL) INTO erased, refused
              FROM gone g LEFT JOIN events e ON e.id = g.event_id
              LEFT JOIN permitted_texts p ON p.kind = e.kind AND p.field = g.field AND p.use = 'written';
            IF refused > 0 THEN
                RAISE EXCEPTION 'These fields of events are to be kept.' USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN erased;
        END $$;
    """)
