"""Queries for entries."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from phoenix.kernel.data.paged import Order, Paged, paged
from phoenix.kernel.data.query import Query, command, query


class Entry(Struct, frozen=True):
    """A dated record. `occurred_at` is an instant, `time_zone` where it was written (IANA)."""

    id: str
    organisation: str
    author: str
    title: str
    body: str
    occurred_at: datetime
    time_zone: str
    created_at: datetime
    updated_at: datetime
    version: int


INSERT: Query[Entry] = query(
    Entry,
    """
    INSERT INTO entries (id, organisation_id, author_id, title, body, occurred_at, time_zone, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
    RETURNING id, organisation_id AS organisation, author_id AS author, title, body, occurred_at, time_zone, created_at, updated_at, version
""",
)

PAGE: Paged[Entry] = paged(
    "entries",
    Entry,
    Order("occurred_at DESC", "id DESC"),
    """
    SELECT id, organisation_id AS organisation, author_id AS author, title, body, occurred_at, time_zone, created_at, updated_at, version
      FROM entries
     WHERE organisation_id = $1 AND {after} {order}
""",
)

ENTRY: Query[Entry] = query(
    Entry,
    """
    SELECT id, organisation_id AS organisation, author_id AS author, title, body, occurred_at, time_zone, created_at, updated_at, version
      FROM entries WHERE id = $1
""",
)

CHANGE: Query[Entry] = query(
    Entry,
    """
    UPDATE entries
       SET title = coalesce($2, title), body = coalesce($3, body), occurred_at = coalesce($4, occurred_at),
           time_zone = coalesce($5, time_zone), updated_at = $6, version = version + 1
     WHERE id = $1 AND ($7::integer[] IS NULL OR version = ANY($7))
    RETURNING id, organisation_id AS organisation, author_id AS author, title, body, occurred_at, time_zone, created_at, updated_at, version
""",
)

# Scalar subqueries for an entry whose id stands where `{subject}` is; null once it is deleted.
TITLE = "SELECT title FROM entries WHERE id = {subject}"
EXCERPT = r"""
    SELECT CASE WHEN length(line) <= 280 THEN line ELSE regexp_replace(left(line, 280), ' [^ ]{0,139}$', '') || ' …' END
      FROM (SELECT btrim(regexp_replace(left(body, 2000), '\s+', ' ', 'g')) AS line FROM entries WHERE id = {subject}) AS start
"""

DELETE = command("DELETE FROM entries WHERE id = $1 AND ($2::integer[] IS NULL OR version = ANY($2))")
FORGET_OLD_COUNTS = command("DELETE FROM entry_counts WHERE quarter < now() - interval '17 days'")
OF_AUTHOR: Query[Entry] = query(
    Entry,
    """
    SELECT id, organisation_id AS organisation, author_id AS author, title, body, occurred_at, time_zone, created_at, updated_at, version
      FROM entries WHERE author_id = $1 ORDER BY id
""",
)

ZONES: Query[tuple[str, str]] = query(
    lambda row, time_zone: (row, time_zone), "SELECT id AS row, time_zone FROM entries WHERE id > $1 ORDER BY id LIMIT $2"
)
RENAME_ZONES = command("""
    UPDATE entries t SET time_zone = n.name FROM unnest($1::text[], $2::text[], $3::text[]) AS n (id, zone, name)
     WHERE t.id = n.id AND t.time_zone = n.zone
""")
