"""The texts of emails that staff wrote, one row for each version."""

from phoenix.kernel.data.revision import run_sql

revision = "email_texts_0001"
down_revision = None
branch_labels = ("email_texts",)
depends_on = ("accounts_0001",)


def upgrade() -> None:
    run_sql("""
        CREATE TABLE email_text_versions (
            id text COLLATE "C" NOT NULL UNIQUE,
            template text COLLATE "C" NOT NULL,
            locale text COLLATE "C" NOT NULL,
            number bigint NOT NULL,
            texts jsonb NOT NULL,
            note text NOT NULL,
            account_id text COLLATE "C" NOT NULL REFERENCES accounts,
            saved_at timestamptz NOT NULL,
            restored bigint,
            PRIMARY KEY (template, locale, number)
        );
        CREATE INDEX email_text_versions_by_account ON email_text_versions (account_id);
    """)
