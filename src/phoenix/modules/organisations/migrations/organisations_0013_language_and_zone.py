"""The language of an organisation's invitations, and its time zone. Whoever has been its owner for the longest gives the language."""

from phoenix.kernel.data.revision import run_sql

revision = "organisations_0013"
down_revision = "organisations_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Its service accounts have been in UTC, so that is what it has until someone chooses.
    run_sql("""
        ALTER TABLE organisations ADD COLUMN locale text NOT NULL DEFAULT 'en', ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC';
        UPDATE organisations o SET locale = f.locale
          FROM (SELECT DISTINCT ON (m.organisation_id) m.organisation_id, a.locale FROM memberships m JOIN accounts a ON a.id = m.account_id
                 WHERE m.role = 'owner' AND a.kind = 'person' AND a.erased_at IS NULL ORDER BY m.organisation_id, m.joined_at, a.id) f
         WHERE f.organisation_id = o.id AND f.locale <> 'en';
    """)
