"""Events for staff."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from phoenix.kernel.data.paged import Order, Paged, paged

# A filter reads this many of the latest events, so that it needs no index, which would slow down every write.
LOOKED_THROUGH = 200_000


class EventRow(Struct, frozen=True):
    number: int
    id: str
    kind: str
    organisation: str | None
    actor: str | None
    impersonator: str | None
    subject: str | None
    data: dict[str, Any]
    occurred_at: datetime


NEWEST_FIRST = Order("number DESC")
NEWEST: Paged[EventRow] = paged(
    "staff events",
    EventRow,
    NEWEST_FIRST,
    """
    SELECT number, id, kind, organisation_id AS organisation, actor_id AS actor, impersonator_id AS impersonator, subject, data, occurred_at
      FROM events
     WHERE {after} {order}
""",
)
FOUND: Paged[EventRow] = paged(
    "staff events",
    EventRow,
    NEWEST_FIRST,
    """
    SELECT number, id, kind, organisation_id AS organisation, actor_id AS actor, impersonator_id AS impersonator, subject, data, occurred_at
      FROM events
     WHERE number > (SELECT coalesce(max(number), 0) FROM events) - $3::bigint
       AND ($1 = '' OR kind = $1) AND ($2 = '' OR subject = $2) AND {after}
     {order}
""",
)
