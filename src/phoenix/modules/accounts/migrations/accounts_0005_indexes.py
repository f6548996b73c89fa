"""Indexes by age, for the nightly deletions."""

from phoenix.kernel.data.revision import build_index

revision = "accounts_0005"
down_revision = "accounts_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    build_index("proofs_by_age", "proofs (link_until)")
    build_index("sessions_by_age", "sessions (LEAST(until, ended_at))")
    build_index("known_devices_by_age", "known_devices (seen_at)")
