"""Indexes for the lists of the panel: people and organisations by name, and people whose state is an exception."""

from phoenix.kernel.data.revision import build_index

revision = "admin_0003"
down_revision = "admin_0002"
branch_labels = None
depends_on = ("accounts_0011",)


def upgrade() -> None:
    build_index("accounts_by_name", 'accounts (kind, (lower(name) COLLATE "C"), id)')
    build_index("accounts_locked", "accounts (kind, id) WHERE locked_at IS NOT NULL")
    build_index("accounts_leaving", "accounts (kind, id) WHERE erase_at IS NOT NULL")
    build_index("organisations_by_name", 'organisations ((lower(name) COLLATE "C"), id)')
