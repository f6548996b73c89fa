"""Queries for events."""

from __future__ import annotations

from collections.abc import Sequence

from phoenix.kernel.data.events import Recorded
from phoenix.kernel.data.paged import Order, Paged, paged
from phoenix.kernel.data.query import Query, query
from phoenix.kernel.registry import Registry
from phoenix.kernel.registry.happened import Happened


class FeedRow(Happened, frozen=True, kw_only=True):
    """A row of the feed, before ids become names."""

    number: int


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

# For clients that return: each organisation from its own position on, in the order in which events became visible.
SINCE: Query[Recorded] = query(
    Recorded,
    """
    SELECT found.transaction::text::bigint AS transaction, found.number, found.id, found.kind, found.organisation_id AS organisation,
           found.actor_id AS actor, found.subject, found.data, found.occurred_at, found.impersonator_id AS impersonator
      FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS asked(organisation, transaction, number)
     CROSS JOIN LATERAL (
               SELECT * FROM events e
                WHERE e.organisation_id = asked.organisation AND (e.transaction, e.number) > (asked.transaction::text::xid8, asked.number)
                  AND e.transaction < pg_snapshot_xmin(pg_current_snapshot()) AND e.kind = ANY($4::text[])
                ORDER BY e.transaction, e.number LIMIT $5
           ) AS found
     ORDER BY found.organisation_id, found.transaction, found.number
""",
)
KNOWN: Query[str] = query(
    str,
    """
    SELECT asked.organisation FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS asked(organisation, transaction, number)
      JOIN events e ON e.number = asked.number AND e.transaction = asked.transaction::text::xid8 AND e.organisation_id = asked.organisation
""",
)
