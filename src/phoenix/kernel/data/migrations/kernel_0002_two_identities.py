"""Who really acted when somebody looks through another person's eyes, and which installation this database belongs to."""

from phoenix.kernel.data.revision import run_sql

revision = "kernel_0002"
down_revision = "kernel_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("""
        ALTER TABLE events ADD COLUMN impersonator_id text COLLATE "C";
        CREATE INDEX events_of_accounts ON events (subject, number DESC) WHERE kind >= 'accounts.' AND kind < 'accounts/';

        CREATE TABLE installation (
            is_one boolean PRIMARY KEY DEFAULT true CHECK (is_one),
            environment text COLLATE "C" NOT NULL,
            key_check bytea NOT NULL
        );
    """)
