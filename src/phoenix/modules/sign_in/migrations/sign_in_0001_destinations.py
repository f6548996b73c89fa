"""Where someone was going when they signed up, such as an invitation: confirming the address leads there in every browser."""

from phoenix.kernel.data.revision import run_sql

revision = "sign_in_0001"
down_revision = None
branch_labels = ("sign_in",)
depends_on = ("accounts_0001",)


def upgrade() -> None:
    run_sql("""ALTER TABLE sign_ups ADD COLUMN destination text COLLATE "C" NOT NULL DEFAULT ''""")
