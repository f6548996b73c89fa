"""Numbers that stopped are still known after the account of their person is erased, by a keyed hash."""

from phoenix.kernel.data.revision import run_sql

revision = "sms_0002"
down_revision = "sms_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql('ALTER TABLE sms_stopped ADD COLUMN key text COLLATE "C";')
