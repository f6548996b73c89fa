"""Indexes for all invitations of an organisation, which are copied and deleted with it, and for copies that have expired."""

from phoenix.kernel.data.revision import build_index

revision = "organisations_0011"
down_revision = "organisations_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    build_index("invitations_by_organisation", "invitations (organisation_id)")
    build_index("organisation_exports_by_age", "organisation_exports (until)")
