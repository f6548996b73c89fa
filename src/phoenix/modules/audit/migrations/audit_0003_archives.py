"""Which rows of the audit log were moved to files, and where the log begins since."""

from phoenix.kernel.data.revision import run_sql

revision = "audit_0003"
down_revision = "audit_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("""
        CREATE TABLE audit_archives (
            last bigint PRIMARY KEY,
            first bigint NOT NULL,
            previous_hash bytea NOT NULL,
            hash bytea NOT NULL,
            file text NOT NULL,
            archived_at timestamptz NOT NULL,
            signed text NOT NULL
        );

        -- Rows that are in a file, and none of the last 30 days, whatever it is asked for.
        CREATE FUNCTION trim_audit_log(most integer) RETURNS bigint
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET phoenix.maintenance = 'on' AS $$
        DECLARE trimmed bigint;
        BEGIN
            DELETE FROM audit_log l
             USING (SELECT number FROM audit_log ORDER BY number LIMIT most) AS oldest
             WHERE l.number = oldest.number AND l.number <= (SELECT max(last) FROM audit_archives) AND l.at < now() - interval '30 days';
            GET DIAGNOSTICS trimmed = ROW_COUNT;
            RETURN trimmed;
        END $$;
        REVOKE EXECUTE ON FUNCTION trim_audit_log(integer) FROM PUBLIC;
    """)
