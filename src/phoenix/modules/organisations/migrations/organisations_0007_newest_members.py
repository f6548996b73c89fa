"""An index for the members of an organisation by when they joined: the dashboard shows the newest, and lists begin with the first."""

from phoenix.kernel.data.revision import build_index

revision = "organisations_0007"
down_revision = "organisations_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    build_index("memberships_by_organisation", "memberships (organisation_id, joined_at, account_id)")
