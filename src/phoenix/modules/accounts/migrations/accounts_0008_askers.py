"""Who asked for the email of a code: what a stranger requests replaces nothing of the owner's."""

from phoenix.kernel.data.revision import run_sql

revision = "accounts_0008"
down_revision = "accounts_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("""ALTER TABLE proofs ADD COLUMN asked_by text COLLATE "C" NOT NULL DEFAULT ''""")
