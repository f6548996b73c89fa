"""An index for the organisations that are due to be deleted."""

from phoenix.kernel.data.revision import build_index

revision = "organisations_0009"
down_revision = "organisations_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    build_index("organisations_closing", "organisations (closes_at) WHERE closes_at IS NOT NULL")
