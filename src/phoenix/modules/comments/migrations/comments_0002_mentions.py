"""Whom each comment has mentioned, and who wrote comments on an entry, without reading all of them."""

from phoenix.kernel.data.revision import build_index, run_sql

revision = "comments_0002"
down_revision = "comments_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(r"""
        CREATE TABLE comment_mentions (
            comment_id text COLLATE "C" NOT NULL REFERENCES comments ON DELETE CASCADE,
            account_id text COLLATE "C" NOT NULL,
            PRIMARY KEY (comment_id, account_id)
        );
        INSERT INTO comment_mentions (comment_id, account_id)
        SELECT DISTINCT c.id, found[1] FROM comments c CROSS JOIN LATERAL regexp_matches(c.body, '@\[(acc_[0-9a-z]{1,36})\]', 'g') AS found
         WHERE position('@[' IN c.body) > 0;
    """)
    build_index("comments_by_authors", "comments (entry_id, author_id, id)")
