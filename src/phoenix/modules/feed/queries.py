"""Queries for events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct, structs

from phoenix.kernel.data.database import Reader
from phoenix.kernel.data.paged import Order, Paged, paged
from phoenix.kernel.data.query import Query, query
from phoenix.kernel.module import EventKind
from phoenix.kernel.registry import Registry

LONGEST_ID = 40


class FeedRow(Struct, frozen=True):
    """A row of the feed, before ids become names."""

    number: int
    id: str
    kind: str
    actor: str | None
    subject: str | None
    data: dict[str, Any]
    occurred_at: datetime


NEWEST_FIRST = Order("number DESC")
PAGE: Paged[FeedRow] = paged(
    "feed",
    FeedRow,
    NEWEST_FIRST,
    """
    SELECT number, id, kind, actor_id AS actor, subject, data, occurred_at FROM events
     WHERE organisation_id = $1 AND kind = ANY($2::text[]) AND {after} {order}
""",
)

# A few kinds of many: each is read by its own index, however rare it is.
PAGE_OF_KINDS: Paged[FeedRow] = paged(
    "feed",
    FeedRow,
    NEWEST_FIRST,
    """
    SELECT found.number, found.id, found.kind, found.actor_id AS actor, found.subject, found.data, found.occurred_at
      FROM unnest($2::text[]) AS asked(kind)
     CROSS JOIN LATERAL (SELECT * FROM events e WHERE e.organisation_id = $1 AND e.kind = asked.kind AND {after} {order}) AS found
     {order}
""",
)


def page_of(registry: Registry, kinds: Sequence[str]) -> Paged[FeedRow]:
    """The query for a page of these kinds: one that walks all events is slow if most of them are of other kinds."""
    return PAGE if len(kinds) == sum(1 for kind in registry.events.values() if kind.feed) else PAGE_OF_KINDS


# A late commit can have a lower number than the items shown, so a few before them are returned again.
NEWER: Query[FeedRow] = query(
    FeedRow,
    """
    SELECT number, id, kind, actor_id AS actor, subject, data, occurred_at FROM events
     WHERE organisation_id = $1 AND kind = ANY($3::text[]) AND number > $2 - 20
     ORDER BY number DESC LIMIT $4
""",
)
NUMBER: Query[int] = query(
    int,
    "SELECT number FROM events WHERE organisation_id = $1 AND id = $2 AND occurred_at > now() - interval '2 days' ORDER BY number DESC LIMIT 1",
)


class Texts(Struct, frozen=True):
    """What people wrote about the subject of an event, by the names that its kind declares."""

    id: str
    texts: dict[str, Any] | None


def texts_statement(kinds: Iterable[EventKind]) -> Query[Texts]:
    """One statement for the texts of all kinds, given the ids, kinds and subjects of events."""
    cases = " ".join(f"WHEN '{kind.type.kind}' THEN json_build_object({_fields_of(kind)})" for kind in kinds if kind.texts)
    events = "unnest($1::text[], $2::text[], $3::text[]) AS e(id, kind, subject)"
    # What is put in is what modules declare, never what anybody sends.
    return query(Texts, f"SELECT e.id, CASE e.kind {cases} END AS texts FROM {events}")  # noqa: S608


def _fields_of(kind: EventKind) -> str:
    return ", ".join(f"'{name}', ({sql.replace('{subject}', 'e.subject')})" for name, sql in kind.texts.items())


async def with_texts(db: Reader, registry: Registry, rows: Sequence[FeedRow]) -> list[FeedRow]:
    """The rows with what people wrote, read where it lives: one statement, and none where no event of them has any."""
    asked = [row for row in rows if registry.events[row.kind].texts]
    if not asked:
        return list(rows)
    arguments = ([row.id for row in asked], [row.kind for row in asked], [row.subject for row in asked])
    found = {one.id: one.texts or {} for one in await db.all(texts_statement(registry.events.values()), *arguments)}
    return [structs.replace(row, data={**row.data, **found.get(row.id, {})}) for row in rows]


def ids_in(registry: Registry, row: FeedRow) -> set[str]:
    """The ids in a row: its actor, unless that is staff, and the fields that its kind declares."""
    kind = registry.events[row.kind]
    named = [None if kind.by_staff else row.actor, *(row.subject if field == "subject" else row.data.get(field) for field in kind.ids)]
    return {text for text in named if isinstance(text, str) and len(text) <= LONGEST_ID}


async def names_in(db: Reader, registry: Registry, rows: Iterable[FeedRow]) -> dict[str, str]:
    """The names for all ids in the rows: one query for each kind of id."""
    mentioned = {text for row in rows for text in ids_in(registry, row)}
    wanted: dict[str, list[str]] = {}
    for text in sorted(mentioned):
        prefix = text.partition("_")[0]
        if prefix in registry.names:
            wanted.setdefault(prefix, []).append(text)
    found: dict[str, str] = {}
    for prefix, ids in wanted.items():
        found.update(await registry.names[prefix].find(db, ids))
    return found
