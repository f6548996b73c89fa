"""Queries for events."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct

from phoenix.kernel.data.database import Reader
from phoenix.kernel.data.query import Query, query
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


PAGE: Query[FeedRow] = query(
    FeedRow,
    """
    SELECT number, id, kind, actor_id AS actor, subject, data, occurred_at FROM events
     WHERE organisation_id = $1 AND number < $2 AND kind = ANY($3::text[])
     ORDER BY number DESC LIMIT $4
""",
)

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


def ids_in(registry: Registry, row: FeedRow) -> set[str]:
    """The ids in a row: its actor, and the fields that its kind declares."""
    named = [row.actor, *(row.subject if field == "subject" else row.data.get(field) for field in registry.events[row.kind].ids)]
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
