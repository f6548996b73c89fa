"""What functions of the owner may do is in tables that only the owner writes, so that whoever has the application's role cannot ask for more."""

from phoenix.kernel.data.revision import run_sql

revision = "kernel_0006"
down_revision = "kernel_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("""
        -- Rows of a table may be deleted once they are this old; without a row here, none may.
        CREATE TABLE permitted_retention (
            name text COLLATE "C" PRIMARY KEY CHECK (name IN ('events', 'audit_log')),
            days integer NOT NULL CHECK (days >= 31)
        );

        -- The fields with what people wrote, which may be erased, and those that only code of the last release reads, which may be emptied.
        CREATE TABLE permitted_texts (
            kind text COLLATE "C" NOT NULL,
            field text COLLATE "C" NOT NULL,
            use text COLLATE "C" NOT NULL CHECK (use IN ('written', 'leaving')),
            PRIMARY KEY (kind, field, use)
        );

        -- The clocks of machines differ a little: by the database's, none goes that is younger than is permitted.
        CREATE OR REPLACE FUNCTION trim_events(before timestamptz, most integer) RETURNS bigint
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET phoenix.maintenance = 'on' AS $$
        DECLARE trimmed bigint; youngest timestamptz;
        BEGIN
            SELECT now() - make_interval(days => p.days) INTO youngest FROM permitted_retention p WHERE p.name = 'events';
            IF (before <= youngest + interval '1 hour') IS NOT TRUE THEN
                RAISE EXCEPTION 'Events of that age are to be kept.' USING ERRCODE = 'insufficient_privilege';
            END IF;
            DELETE FROM events e
             USING (SELECT number FROM events ORDER BY number LIMIT most) AS oldest
             WHERE e.number = oldest.number AND e.occurred_at < before AND e.occurred_at < youngest
               AND EXISTS (SELECT FROM event_followers)
               AND NOT EXISTS (SELECT FROM event_followers f WHERE (f.transaction, f.number) < (e.transaction, e.number));
            GET DIAGNOSTICS trimmed = ROW_COUNT;
            RETURN trimmed;
        END $$;

        CREATE OR REPLACE FUNCTION empty_texts_of_events(numbers bigint[], fields text[]) RETURNS bigint
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET phoenix.maintenance = 'on' AS $$
        DECLARE changed bigint;
        BEGIN
            IF EXISTS (SELECT FROM events e, unnest(fields) AS asked (name)
                        WHERE e.number = ANY (numbers) AND jsonb_typeof(e.data -> asked.name) = 'string' AND e.data ->> asked.name <> ''
                          AND NOT EXISTS (SELECT FROM permitted_texts p WHERE p.kind = e.kind AND p.field = asked.name AND p.use = 'leaving')) THEN
                RAISE EXCEPTION 'These fields of events are to be kept.' USING ERRCODE = 'insufficient_privilege';
            END IF;
            UPDATE events SET data = data || (SELECT jsonb_object_agg(field, '') FROM unnest(fields) AS field WHERE jsonb_typeof(data -> field) = 'string')
             WHERE number = ANY (numbers) AND EXISTS (SELECT FROM unnest(fields) AS field WHERE jsonb_typeof(data -> field) = 'string' AND data ->> field <> '');
            GET DIAGNOSTICS changed = ROW_COUNT;
            RETURN changed;
        END $$;
    """)
