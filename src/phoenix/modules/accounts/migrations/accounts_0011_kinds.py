"""An index for accounts by kind: staff list people and service accounts apart, the newest first."""

from phoenix.kernel.data.revision import build_index

revision = "accounts_0011"
down_revision = "accounts_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    build_index("accounts_by_kind", "accounts (kind, id)")
