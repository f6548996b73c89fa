"""How many people are members of an organisation, counted as they join and leave, by whichever release."""

from phoenix.kernel.data.revision import run_sql

revision = "organisations_0006"
down_revision = "organisations_0005"
branch_labels = None
depends_on = ("accounts_0002",)


def upgrade() -> None:
    run_sql("""
        -- Shards, so that people who join at once do not wait for each other.
        CREATE TABLE member_counts (
            organisation_id text COLLATE "C" NOT NULL REFERENCES organisations ON DELETE CASCADE,
            shard smallint NOT NULL,
            count bigint NOT NULL,
            PRIMARY KEY (organisation_id, shard)
        );

        -- SECURITY DEFINER: code of before the migration has no right to the table yet. Of an organisation that is being deleted nothing is
        -- counted, and of an account that is, only people are left.
        CREATE FUNCTION count_members() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
        BEGIN
            IF TG_RELID <> 'public.memberships'::regclass THEN
                RAISE EXCEPTION 'This counts memberships only.' USING ERRCODE = 'insufficient_privilege';
            END IF;
            IF TG_OP = 'INSERT' THEN
                INSERT INTO member_counts
                SELECT m.organisation_id, pg_backend_pid() % 4, count(*) FROM added m JOIN accounts a ON a.id = m.account_id
                 WHERE a.kind = 'person' GROUP BY 1 ORDER BY 1
                ON CONFLICT (organisation_id, shard) DO UPDATE SET count = member_counts.count + excluded.count;
            ELSE
                INSERT INTO member_counts
                SELECT m.organisation_id, pg_backend_pid() % 4, -count(*) FROM removed m JOIN organisations o ON o.id = m.organisation_id
                  LEFT JOIN accounts a ON a.id = m.account_id
                 WHERE coalesce(a.kind = 'person', true) GROUP BY 1 ORDER BY 1
                ON CONFLICT (organisation_id, shard) DO UPDATE SET count = member_counts.count + excluded.count;
            END IF;
            RETURN NULL;
        END $$;
        REVOKE EXECUTE ON FUNCTION count_members() FROM PUBLIC;
        CREATE TRIGGER members_counted_when_added AFTER INSERT ON memberships REFERENCING NEW TABLE AS added
            FOR EACH STATEMENT EXECUTE FUNCTION count_members();
        CREATE TRIGGER members_counted_when_removed AFTER DELETE ON memberships REFERENCING OLD TABLE AS removed
            FOR EACH STATEMENT EXECUTE FUNCTION count_members();

        INSERT INTO member_counts
        SELECT m.organisation_id, 0, count(*) FROM memberships m JOIN accounts a ON a.id = m.account_id WHERE a.kind = 'person' GROUP BY 1;
    """)
