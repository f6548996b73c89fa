"""Events for staff."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from phoenix.kernel.data.listed import Filter, Listed, Search, Sort, listed
from phoenix.kernel.data.paged import Order
from phoenix.kernel.language import _

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


_LATEST = f"number > (SELECT coalesce(max(number), 0) FROM events) - {LOOKED_THROUGH}"  # noqa: S608 - a number of ours
EVENTS: Listed[EventRow] = listed(
    "staff events",
    EventRow,
    """
    SELECT number, id, kind, organisation_id AS organisation, actor_id AS actor, impersonator_id AS impersonator, subject, data, occurred_at
      FROM events
     WHERE {where} {order}
""",
    sorts=(Sort("when", _("When"), Order("number DESC")),),
    # The kinds are those of the modules that are installed.
    filters=(Filter("kind", _("Kind"), _("All kinds"), (("entries.posted", "entries.posted"),), f"kind = {{value}} AND {_LATEST}"),),
    search=Search(
        _("Subject ID"),
        lambda words: ("subject", (words,)),
        {"subject": f"subject = {{0}} AND {_LATEST}"},
        samples=("acc_1",),
        name="subject",
    ),
)
