"""Events for staff."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from phoenix.kernel.data.query import Query, query

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


NEWEST: Query[EventRow] = query(
    EventRow,
    """
    SELECT number, id, kind, organisation_id AS organisation, actor_id AS actor, impersonator_id AS impersonator, subject, data, occurred_at
      FROM events
     WHERE number < $1 ORDER BY number DESC LIMIT $2
""",
)
FOUND: Query[EventRow] = query(
    EventRow,
    """
    SELECT number, id, kind, organisation_id AS organisation, actor_id AS actor, impersonator_id AS impersonator, subject, data, occurred_at
      FROM events
     WHERE number < $1 AND number > (SELECT coalesce(max(number), 0) FROM events) - $5::bigint
       AND ($3 = '' OR kind = $3) AND ($4 = '' OR subject = $4)
     ORDER BY number DESC LIMIT $2
""",
)
