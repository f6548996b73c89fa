"""Old events can be deleted, once every follower has handled them."""

from phoenix.kernel.data.revision import run_sql

revision = "kernel_0005"
down_revision = "kernel_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("""
        -- The oldest events, and none of the last 30 days, whatever it is asked for.
        CREATE FUNCTION trim_events(before timestamptz, most integer) RETURNS bigint
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET phoenix.maintenance = 'on' AS $$
        DECLARE trimmed bigint;
        BEGIN
            DELETE FROM events e
             USING (SELECT number FROM events ORDER BY number LIMIT most) AS oldest
             WHERE e.number = oldest.number AND e.occurred_at < before AND e.occurred_at < now() - interval '30 days'
               AND EXISTS (SELECT FROM event_followers)
               AND NOT EXISTS (SELECT FROM event_followers f WHERE (f.transaction, f.number) < (e.transaction, e.number));
            GET DIAGNOSTICS trimmed = ROW_COUNT;
            RETURN trimmed;
        END $$;
        REVOKE EXECUTE ON FUNCTION trim_events(timestamptz, integer) FROM PUBLIC;
    """)
