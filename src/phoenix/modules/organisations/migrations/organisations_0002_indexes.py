"""An index for the invitations of an address."""

from phoenix.kernel.data.revision import build_index

revision = "organisations_0002"
down_revision = "organisations_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    build_index("invitations_by_address", "invitations (email_key)")
