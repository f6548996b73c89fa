"""Who gave each role, for the review of access. Roles that were given before are without: the audit log has them."""

from phoenix.kernel.data.revision import run_sql

revision = "organisations_0004"
down_revision = "organisations_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql('ALTER TABLE memberships ADD COLUMN given_by text COLLATE "C"')
