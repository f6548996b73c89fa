"""What people wrote about an organisation goes with it: here, and in the events it came from."""

from phoenix.kernel.data.revision import run_sql

revision = "audit_0005"
down_revision = "audit_0004"
branch_labels = None
depends_on = ("organisations_0008",)


def upgrade() -> None:
    run_sql("""
        -- Up to this many texts of an organisation that is being deleted. Of events only what is a text, and of this organisation.
        CREATE FUNCTION erase_texts_of_organisation(organisation text, most integer) RETURNS bigint
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET phoenix.maintenance = 'on' AS $$
        DECLARE erased bigint; refused bigint;
        BEGIN
            IF NOT EXISTS (SELECT FROM organisations WHERE id = organisation AND deleting_at IS NOT NULL) THEN
                RETURN 0;
            END IF;
            WITH gone AS (
                DELETE FROM audit_texts t
                 USING (SELECT x.number, x.field FROM audit_texts x JOIN audit_log l ON l.number = x.number
                         WHERE l.organisation_id = organisation LIMIT most) AS found
                 WHERE t.number = found.number AND t.field = found.field
                RETURNING t.event_id, t.field
            ), emptied AS (
                UPDATE events e SET data = e.data || g.fields
                  FROM (SELECT event_id, jsonb_object_agg(field, '') AS fields FROM gone GROUP BY event_id) AS g WHERE e.id = g.event_id
            )
            SELECT count(*), count(e.id) FILTER (WHERE e.organisation_id IS DISTINCT FROM organisation OR p.kind IS NULL) INTO erased, refused
              FROM gone g LEFT JOIN events e ON e.id = g.event_id
              LEFT JOIN permitted_texts p ON p.kind = e.kind AND p.field = g.field AND p.use = 'written';
            IF refused > 0 THEN
                RAISE EXCEPTION 'These fields of events are to be kept.' USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN erased;
        END $$;
        REVOKE EXECUTE ON FUNCTION erase_texts_of_organisation(text, integer) FROM PUBLIC;
    """)
