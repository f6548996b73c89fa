"""Keys whose maker was locked stay suspended until an owner renews them, also once the maker is unlocked."""

from phoenix.kernel.data.revision import run_sql

revision = "keys_0001"
down_revision = None
branch_labels = ("keys",)
depends_on = ("accounts_0002",)


def upgrade() -> None:
    run_sql("""
        ALTER TABLE api_keys ADD COLUMN suspended_at timestamptz;
        UPDATE api_keys k SET suspended_at = maker.locked_at FROM accounts maker
         WHERE maker.id = k.created_by AND k.account_id <> k.created_by AND maker.locked_at IS NOT NULL AND k.revoked_at IS NULL;
    """)
