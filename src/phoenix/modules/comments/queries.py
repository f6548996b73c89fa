"""Queries for comments."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from phoenix.kernel.data.paged import Order, Paged, paged
from phoenix.kernel.data.query import Query, command, query


class Comment(Struct, frozen=True):
    """A comment on an entry. In `body`, `@[acc_…]` is a mention."""

    id: str
    organisation: str
    entry: str
    author: str
    body: str
    created_at: datetime
    updated_at: datetime
    version: int


class Match(Struct, frozen=True):
    """A member whose name is at the start of a text, and how many characters of it that name has."""

    place: int
    account: str
    length: int


class Participant(Struct, frozen=True):
    """Someone who takes part in what a comment is about: the author of the entry, or of an earlier comment."""

    comment: str
    account: str


_COMMENT = """
    SELECT id, organisation_id AS organisation, entry_id AS entry, author_id AS author, body, created_at, updated_at, version FROM comments
"""
_RETURNING = """
    RETURNING id, organisation_id AS organisation, entry_id AS entry, author_id AS author, body, created_at, updated_at, version
"""
PAGE: Paged[Comment] = paged("comments", Comment, Order("id DESC"), f"{_COMMENT} WHERE entry_id = $1 AND {{after}} {{order}}")
# What the page begins behind that ends with a comment, so that it is read on from there; none where the first page holds it.
ABOVE: Query[Comment] = query(Comment, f"{_COMMENT} WHERE entry_id = $1 AND id >= $2 ORDER BY id OFFSET $3 LIMIT 1")
COMMENT: Query[Comment] = query(Comment, f"{_COMMENT} WHERE id = $1")
INSERT: Query[Comment] = query(
    Comment,
    f"""
    INSERT INTO comments (id, organisation_id, entry_id, author_id, body, created_at, updated_at)
    SELECT $1, organisation_id, id, $3, $4, $5, $5 FROM entries WHERE id = $2 AND organisation_id = $6 {_RETURNING}
""",  # noqa: S608 - made of constants, here and below
)
CHANGE: Query[Comment] = query(
    Comment,
    f"""
    UPDATE comments SET body = $2, updated_at = $3, version = version + 1
     WHERE id = $1 AND ($4::integer[] IS NULL OR version = ANY($4)) {_RETURNING}
""",  # noqa: S608
)
DELETE = command("DELETE FROM comments WHERE id = $1 AND ($2::integer[] IS NULL OR version = ANY($2))")

# Names are compared as they are sorted and searched: without regard to case.
MATCHES: Query[Match] = query(
    Match,
    """
    SELECT p.place, m.account_id AS account, length(a.name) AS length
      FROM unnest($2::text[]) WITH ORDINALITY AS p(part, place)
      JOIN memberships m ON m.organisation_id = $1
      JOIN accounts a ON a.id = m.account_id
     WHERE a.kind = 'person' AND lower(left(p.part, length(a.name))) = lower(a.name)
""",
)
ARE_MEMBERS: Query[str] = query(
    str,
    """
    SELECT m.account_id FROM memberships m JOIN accounts a ON a.id = m.account_id
     WHERE m.organisation_id = $1 AND m.account_id = ANY($2::text[]) AND a.kind = 'person'
""",
)

# Whoever has not been mentioned in the comment before, whatever its text said in between.
MENTION: Query[str] = query(
    str, "INSERT INTO comment_mentions (comment_id, account_id) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING RETURNING account_id"
)

# Of a batch of comments: who wrote the entry or an earlier comment, is still a member, and is not mentioned, since they are notified of that.
# From author to author of the entry's comments, each with their first one, however many they wrote.
PARTICIPANTS: Query[Participant] = query(
    Participant,
    """
    SELECT c.id AS comment, p.account
      FROM unnest($1::text[]) AS asked(id)
      JOIN comments c ON c.id = asked.id
     CROSS JOIN LATERAL (
               SELECT e.author_id AS account FROM entries e WHERE e.id = c.entry_id
                UNION
               (WITH RECURSIVE authors AS (
                    (SELECT o.author_id, o.id FROM comments o WHERE o.entry_id = c.entry_id ORDER BY o.author_id, o.id LIMIT 1)
                    UNION ALL
                    SELECT n.author_id, n.id
                      FROM authors a
                     CROSS JOIN LATERAL (SELECT o.author_id, o.id FROM comments o
                                          WHERE o.entry_id = c.entry_id AND o.author_id > a.author_id ORDER BY o.author_id, o.id LIMIT 1) AS n
                )
                SELECT author_id FROM authors WHERE id < c.id)
           ) AS p
      JOIN memberships m ON m.organisation_id = c.organisation_id AND m.account_id = p.account
     WHERE p.account <> c.author_id AND position('@[' || p.account || ']' IN c.body) = 0
""",
)

# Scalar subqueries for a comment whose id stands where `{subject}` is; null once it, or its entry, is deleted.
TITLE = "SELECT t.title FROM comments c JOIN entries t ON t.id = c.entry_id WHERE c.id = {subject}"

OF_AUTHOR: Query[Comment] = query(Comment, f"{_COMMENT} WHERE author_id = $1 ORDER BY id")
OF_ORGANISATION: Query[Comment] = query(Comment, f"{_COMMENT} WHERE organisation_id = $1 ORDER BY id")
DELETE_OF_ORGANISATION = command("DELETE FROM comments WHERE id IN (SELECT id FROM comments WHERE organisation_id = $1 LIMIT $2)")
