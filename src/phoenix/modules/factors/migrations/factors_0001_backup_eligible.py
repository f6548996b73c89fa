"""Whether a passkey can be synced to other devices, which do not share its counter. NULL: not known until it is used again."""

from phoenix.kernel.data.revision import run_sql

revision = "factors_0001"
down_revision = None
branch_labels = ("factors",)
depends_on = ("accounts_0002",)


def upgrade() -> None:
    run_sql("""
        ALTER TABLE passkeys ADD COLUMN backup_eligible boolean;
        UPDATE passkeys SET backup_eligible = true WHERE backed_up;
    """)
