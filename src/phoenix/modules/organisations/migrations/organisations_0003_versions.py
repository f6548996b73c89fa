"""A version for each membership, so that two who change one role are told of each other."""

from phoenix.kernel.data.revision import run_sql

revision = "organisations_0003"
down_revision = "organisations_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("ALTER TABLE memberships ADD COLUMN version integer NOT NULL DEFAULT 1")
