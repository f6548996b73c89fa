"""Versions go on where someone leaves and joins again, and where another organisation takes a former name."""

from phoenix.kernel.data.revision import number_versions

revision = "organisations_0005"
down_revision = "organisations_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number_versions("memberships")
    number_versions("organisations")
