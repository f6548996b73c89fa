"""Members by name and by role: the name is copied beside the membership, by whichever release, so that an index can give its order."""

from phoenix.kernel.data.revision import build_index, run_sql

revision = "organisations_0012"
down_revision = "organisations_0011"
branch_labels = None
depends_on = ("accounts_0011",)


def upgrade() -> None:
    run_sql("""
        ALTER TABLE memberships ADD COLUMN name_key text COLLATE "C" NOT NULL DEFAULT '';

        CREATE FUNCTION name_member() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
        BEGIN
            NEW.name_key := coalesce((SELECT lower(a.name) FROM accounts a WHERE a.id = NEW.account_id), '');
            RETURN NEW;
        END $$;
        REVOKE EXECUTE ON FUNCTION name_member() FROM PUBLIC;
        CREATE TRIGGER member_named BEFORE INSERT ON memberships FOR EACH ROW EXECUTE FUNCTION name_member();

        CREATE FUNCTION rename_member() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
        BEGIN
            UPDATE memberships SET name_key = lower(NEW.name) WHERE account_id = NEW.id;
            RETURN NULL;
        END $$;
        REVOKE EXECUTE ON FUNCTION rename_member() FROM PUBLIC;
        CREATE TRIGGER member_renamed AFTER UPDATE OF name ON accounts FOR EACH ROW
            WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION rename_member();

        UPDATE memberships m SET name_key = lower(a.name) FROM accounts a WHERE a.id = m.account_id;
    """)
    build_index("memberships_by_name", "memberships (organisation_id, name_key, account_id)")
    build_index(
        "memberships_by_role",
        "memberships (organisation_id, ((CASE role WHEN 'owner' THEN 0 WHEN 'administrator' THEN 1 WHEN 'member' THEN 2 ELSE 3 END)::bigint), account_id)",
    )
    build_index("memberships_of_role", "memberships (organisation_id, role, joined_at, account_id)")
