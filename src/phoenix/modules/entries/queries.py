"""Queries for entries."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from phoenix.kernel.data.listed import Listed, Sort, listed
from phoenix.kernel.data.paged import Order, Paged, paged
from phoenix.kernel.data.purge import purge
from phoenix.kernel.data.query import Query, command, query
from phoenix.kernel.language import _


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


class Titled(Struct, frozen=True):
    """What an entry is called, and in which organisation it is."""

    id: str
    organisation: str
    title: str


class Version(Struct, frozen=True):
    """An entry as it was saved once. `editor` is None where that was not recorded."""

    entry: str
    number: int
    editor: str | None
    title: str
    body: str
    occurred_at: datetime
    time_zone: str
    saved_at: datetime


class Saved(Struct, frozen=True):
    """Who saved something, where that was recorded, and when."""

    by: str | None
    at: datetime


# Code of 2.0 does not record who edited an entry.
_EDITOR = "CASE WHEN version = 1 THEN author_id WHEN edited_at = updated_at THEN edited_by END"

INSERT: Query[Entry] = query(
    Entry,
    """
    INSERT INTO entries (id, organisation_id, author_id, title, body, occurred_at, time_zone, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
    RETURNING id, organisation_id AS organisation, author_id AS author, title, body, occurred_at, time_zone, created_at, updated_at, version
""",
)

PAGE: Listed[Entry] = listed(
    "entries",
    Entry,
    """
    SELECT id, organisation_id AS organisation, author_id AS author, title, body, occurred_at, time_zone, created_at, updated_at, version
      FROM entries
     WHERE organisation_id = $1 AND {where} {order}
""",
    sorts=(Sort("when", _("When"), Order("occurred_at DESC", "id DESC")),),
    sample=("org_1",),
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
    f"""
    WITH before AS (
        SELECT * FROM entries WHERE id = $1 AND ($7::integer[] IS NULL OR version = ANY($7)) FOR UPDATE
    ), saved AS (
        INSERT INTO entry_versions (entry_id, number, editor_id, title, body, occurred_at, time_zone, saved_at)
        SELECT id, version, {_EDITOR}, title, body, occurred_at, time_zone, updated_at FROM before
    )
    UPDATE entries e
       SET title = coalesce($2, e.title), body = coalesce($3, e.body), occurred_at = coalesce($4, e.occurred_at),
           time_zone = coalesce($5, e.time_zone), updated_at = $6, version = e.version + 1, edited_by = $8, edited_at = $6
      FROM before WHERE e.id = before.id
    RETURNING e.id, e.organisation_id AS organisation, e.author_id AS author, e.title, e.body, e.occurred_at, e.time_zone, e.created_at,
              e.updated_at, e.version
""",  # noqa: S608 - with our own expression
)
# Who saved the version that an entry has now, and when.
LATEST: Query[Saved] = query(Saved, f"SELECT {_EDITOR} AS by, updated_at AS at FROM entries WHERE id = $1")  # noqa: S608 - as above
_VERSIONS = f"""
    SELECT entry, number, editor, title, body, occurred_at, time_zone, saved_at
      FROM (SELECT id AS entry, version::bigint AS number, {_EDITOR} AS editor, title, body, occurred_at, time_zone, updated_at AS saved_at
              FROM entries WHERE id = $1
             UNION ALL
            SELECT entry_id, number, editor_id, title, body, occurred_at, time_zone, saved_at FROM entry_versions WHERE entry_id = $1) AS versions
"""  # noqa: S608 - as above
VERSIONS: Paged[Version] = paged("entry versions", Version, Order("number DESC"), f"{_VERSIONS} WHERE {{after}} {{order}}")
VERSION_AND_ONE_BEFORE: Query[Version] = query(Version, f"{_VERSIONS} WHERE number <= $2 ORDER BY number DESC LIMIT 2")

TITLES: Query[Titled] = query(Titled, "SELECT id, organisation_id AS organisation, title FROM entries WHERE id = ANY($1::text[])")

# Scalar subqueries for an entry whose id stands where `{subject}` is; null once it is deleted.
TITLE = "SELECT title FROM entries WHERE id = {subject}"
EXCERPT = r"""
    SELECT CASE WHEN length(line) <= 280 THEN line ELSE regexp_replace(left(line, 280), ' [^ ]{0,139}$', '') || ' …' END
      FROM (SELECT btrim(regexp_replace(left(body, 2000), '\s+', ' ', 'g')) AS line FROM entries WHERE id = {subject}) AS start
"""
DATED = """
    SELECT to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') FROM entries WHERE id = {subject}
"""

DELETE = command("DELETE FROM entries WHERE id = $1 AND ($2::integer[] IS NULL OR version = ANY($2))")
FORGET_OLD_COUNTS = purge("entry_counts", "quarter < $1")
OF_AUTHOR: Query[Entry] = query(
    Entry,
    """
    SELECT id, organisation_id AS organisation, author_id AS author, title, body, occurred_at, time_zone, created_at, updated_at, version
      FROM entries WHERE author_id = $1 ORDER BY id
""",
)
# What they saved and is no longer the latest version, or is so of an entry of someone else.
EDITS_OF: Query[Version] = query(
    Version,
    """
    SELECT entry_id AS entry, number, editor_id AS editor, title, body, occurred_at, time_zone, saved_at FROM entry_versions WHERE editor_id = $1
     UNION ALL
    SELECT id, version, edited_by, title, body, occurred_at, time_zone, updated_at FROM entries
     WHERE edited_by = $1 AND edited_at = updated_at AND author_id <> $1
""",
)

# Of an organisation: a copy of all, and what is deleted of it at a time.
OF_ORGANISATION: Query[Entry] = query(
    Entry,
    """
    SELECT id, organisation_id AS organisation, author_id AS author, title, body, occurred_at, time_zone, created_at, updated_at, version
      FROM entries WHERE organisation_id = $1 ORDER BY occurred_at, id
""",
)
VERSIONS_OF_ORGANISATION: Query[Version] = query(
    Version,
    """
    SELECT v.entry_id AS entry, v.number, v.editor_id AS editor, v.title, v.body, v.occurred_at, v.time_zone, v.saved_at
      FROM entries e JOIN entry_versions v ON v.entry_id = e.id WHERE e.organisation_id = $1 ORDER BY e.occurred_at, e.id, v.number
""",
)
DELETE_VERSIONS_OF_ORGANISATION = command("""
    DELETE FROM entry_versions v
     USING (SELECT v.entry_id, v.number FROM entries e JOIN entry_versions v ON v.entry_id = e.id WHERE e.organisation_id = $1 LIMIT $2) AS found
     WHERE v.entry_id = found.entry_id AND v.number = found.number
""")
DELETE_OF_ORGANISATION = command("DELETE FROM entries WHERE id IN (SELECT id FROM entries WHERE organisation_id = $1 LIMIT $2)")
DELETE_COUNTS_OF_ORGANISATION = command("""
    DELETE FROM entry_counts c
     USING (SELECT organisation_id, quarter, shard FROM entry_counts WHERE organisation_id = $1 LIMIT $2) AS found
     WHERE c.organisation_id = found.organisation_id AND c.quarter = found.quarter AND c.shard = found.shard
""")

ZONES: Query[tuple[str, str]] = query(
    lambda row, time_zone: (row, time_zone), "SELECT id AS row, time_zone FROM entries WHERE id > $1 ORDER BY id LIMIT $2"
)
RENAME_ZONES = command("""
    UPDATE entries t SET time_zone = n.name FROM unnest($1::text[], $2::text[], $3::text[]) AS n (id, zone, name)
     WHERE t.id = n.id AND t.time_zone = n.zone
""")
