"""Where someone was going when they requested the email of a code: its link and its code lead there in every browser."""

from phoenix.kernel.data.revision import run_sql

revision = "accounts_0010"
down_revision = "accounts_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("""ALTER TABLE proofs ADD COLUMN destination text COLLATE "C" NOT NULL DEFAULT ''""")
