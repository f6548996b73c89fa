"""An index for the entries that someone edited last: a copy of their data has them."""

from phoenix.kernel.data.revision import build_index

revision = "entries_0004"
down_revision = "entries_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    build_index("entries_by_editor", "entries (edited_by) WHERE edited_by IS NOT NULL")
