"""Events stay as they were written: they are changed only by functions that empty texts, and how far batch work has come."""

from phoenix.kernel.data.revision import run_sql

revision = "kernel_0004"
down_revision = "kernel_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("""
        -- A function that may change rows sets phoenix.maintenance for itself alone. The application's role has no right to change them
        -- in any other way; for the owner of the table this guards against accidents only.
        CREATE FUNCTION refuse_change_of_events() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF current_setting('phoenix.maintenance', true) = 'on' THEN
                RETURN coalesce(NEW, OLD);
            END IF;
            RAISE EXCEPTION 'Events are append-only.' USING ERRCODE = 'insufficient_privilege';
        END $$;
        CREATE TRIGGER events_rows_stay BEFORE UPDATE OR DELETE ON events
            FOR EACH ROW EXECUTE FUNCTION refuse_change_of_events();
        CREATE TRIGGER events_stay BEFORE TRUNCATE ON events
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_events();

        -- It can empty texts in the fields that are named, and change nothing else.
        CREATE FUNCTION empty_texts_of_events(numbers bigint[], fields text[]) RETURNS bigint
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET phoenix.maintenance = 'on' AS $$
        DECLARE changed bigint;
        BEGIN
            UPDATE events SET data = data || (SELECT jsonb_object_agg(field, '') FROM unnest(fields) AS field WHERE jsonb_typeof(data -> field) = 'string')
             WHERE number = ANY (numbers) AND EXISTS (SELECT FROM unnest(fields) AS field WHERE jsonb_typeof(data -> field) = 'string' AND data ->> field <> '');
            GET DIAGNOSTICS changed = ROW_COUNT;
            RETURN changed;
        END $$;
        REVOKE EXECUTE ON FUNCTION empty_texts_of_events(bigint[], text[]) FROM PUBLIC;

        CREATE TABLE batch_positions (
            name text COLLATE "C" PRIMARY KEY,
            number bigint NOT NULL
        );
    """)
