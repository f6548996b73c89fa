"""Who guessed a code, once for each attempt: a stranger's wrong codes are not the owner's."""

from phoenix.kernel.data.revision import run_sql

revision = "accounts_0009"
down_revision = "accounts_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("""ALTER TABLE proofs ADD COLUMN tried_by text[] COLLATE "C" NOT NULL DEFAULT '{}'""")
