"""How many entries an organisation has in each 15 minutes, counted as they are written, by whichever release."""

from phoenix.kernel.data.revision import run_sql

revision = "entries_0002"
down_revision = "entries_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("""
        -- In every zone days begin where such a span does. Shards, so that people who write at once do not wait for each other.
        CREATE TABLE entry_counts (
            organisation_id text COLLATE "C" NOT NULL,
            quarter timestamptz NOT NULL,
            shard smallint NOT NULL,
            count bigint NOT NULL,
            PRIMARY KEY (organisation_id, quarter, shard)
        );
        CREATE INDEX entry_counts_by_age ON entry_counts (quarter);

        -- Only what a dashboard shows is counted, and a day more. SECURITY DEFINER: code from before this migration has no right to the table yet.
        CREATE FUNCTION count_entries() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
        BEGIN
            IF TG_RELID <> 'public.entries'::regclass THEN
                RAISE EXCEPTION 'This counts entries only.' USING ERRCODE = 'insufficient_privilege';
            END IF;
            IF TG_OP = 'INSERT' THEN
                INSERT INTO entry_counts
                SELECT organisation_id, date_bin('15 minutes', occurred_at, '2000-01-01Z'), pg_backend_pid() % 4, count(*) FROM added
                 WHERE occurred_at > now() - interval '17 days' GROUP BY 1, 2 ORDER BY 1, 2
                ON CONFLICT (organisation_id, quarter, shard) DO UPDATE SET count = entry_counts.count + excluded.count;
            ELSIF TG_OP = 'DELETE' THEN
                INSERT INTO entry_counts
                SELECT organisation_id, date_bin('15 minutes', occurred_at, '2000-01-01Z'), pg_backend_pid() % 4, -count(*) FROM removed
                 WHERE occurred_at > now() - interval '17 days' GROUP BY 1, 2 ORDER BY 1, 2
                ON CONFLICT (organisation_id, quarter, shard) DO UPDATE SET count = entry_counts.count + excluded.count;
            ELSE
                INSERT INTO entry_counts
                SELECT organisation_id, date_bin('15 minutes', occurred_at, '2000-01-01Z'), pg_backend_pid() % 4, sum(difference)
                  FROM (SELECT organisation_id, occurred_at, 1 AS difference FROM added
                        UNION ALL SELECT organisation_id, occurred_at, -1 FROM removed) AS moved
                 WHERE occurred_at > now() - interval '17 days' GROUP BY 1, 2 HAVING sum(difference) <> 0 ORDER BY 1, 2
                ON CONFLICT (organisation_id, quarter, shard) DO UPDATE SET count = entry_counts.count + excluded.count;
            END IF;
            RETURN NULL;
        END $$;
        REVOKE EXECUTE ON FUNCTION count_entries() FROM PUBLIC;
        CREATE TRIGGER entries_counted_when_added AFTER INSERT ON entries REFERENCING NEW TABLE AS added
            FOR EACH STATEMENT EXECUTE FUNCTION count_entries();
        CREATE TRIGGER entries_counted_when_changed AFTER UPDATE ON entries REFERENCING OLD TABLE AS removed NEW TABLE AS added
            FOR EACH STATEMENT EXECUTE FUNCTION count_entries();
        CREATE TRIGGER entries_counted_when_removed AFTER DELETE ON entries REFERENCING OLD TABLE AS removed
            FOR EACH STATEMENT EXECUTE FUNCTION count_entries();

        INSERT INTO entry_counts
        SELECT organisation_id, date_bin('15 minutes', occurred_at, '2000-01-01Z'), 0, count(*) FROM entries
         WHERE occurred_at > now() - interval '17 days' GROUP BY 1, 2;
    """)
