"""The feed as a page, and the piece of it that came after what is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from phoenix.kernel.actor import Seat
from phoenix.kernel.data.cursors import CursorKind
from phoenix.kernel.i18n.text import _
from phoenix.kernel.web.page_context import Face, face
from phoenix.kernel.web.pages import View, Visit, page
from phoenix.modules.feed import queries
from phoenix.modules.feed.items import GONE, feed_item, visible_kinds
from phoenix.modules.feed.queries import Happened

PLACES = CursorKind("feed pages", int)
NEWEST = 2**62
PAGE_SIZE = 20
NEW_MOST = 40
LABELS = {"": "Everything", "entries": "Entries", "people": "People"}


@dataclass(frozen=True, slots=True)
class Shown:
    """An item as its template draws it."""

    id: str
    kind: str
    actor: Face | None
    subject: str | None
    summary: str
    data: dict[str, Any]
    url: str | None
    template: str
    occurred_at: datetime
    names: dict[str, str]


@page("/o/{slug:str}/feed", permission="feed.read", queries=3)
async def show_feed(visit: Visit) -> View:
    seat = visit.actor.require("feed.read", visit.seat.organisation)
    kind = visit.query("kind") if visit.query("kind") in LABELS else ""
    cursor = visit.query("cursor") or None
    before = PLACES.read(visit.runtime.keys, cursor) or (NEWEST,)
    kinds = visible_kinds(visit.runtime.registry, seat, kind)
    rows = await visit.db.all(queries.PAGE, seat.organisation, before[0], kinds, PAGE_SIZE + 1)
    made = PLACES.page(visit.runtime.keys, rows, PAGE_SIZE, key=lambda row: (row.number,))
    address = f"/o/{seat.slug}/feed?{f'kind={kind}&' if kind else ''}cursor="
    groups = {registered.group for registered in visit.runtime.registry.events.values() if registered.feed}
    context = {
        "items": await _shown(visit, seat, made.items),
        "kinds": [{"name": name, "label": _(label)} for name, label in LABELS.items() if not name or name in groups],
        "kind": kind,
        "older": f"{address}{quote(made.next_cursor)}" if made.next_cursor else "",
        "newest": cursor is None,
    }
    return View("feed/page.html", context)


@page("/o/{slug:str}/feed/new", permission="feed.read", queries=4)
async def show_new(visit: Visit) -> View:
    """What came after an item, and a few before it again: a late commit may carry a lower number."""
    seat = visit.actor.require("feed.read", visit.seat.organisation)
    kinds = visible_kinds(visit.runtime.registry, seat, visit.query("kind"))
    after = await visit.db.maybe(queries.NUMBER, seat.organisation, visit.query("after"))
    rows = await visit.db.all(queries.NEWER, seat.organisation, after or 0, kinds, NEW_MOST + 1)
    gap = after is None or len(rows) > NEW_MOST
    return View("feed/_items.html", {"items": await _shown(visit, seat, rows[:NEW_MOST]), "gap": gap and bool(rows)})


async def _shown(visit: Visit, seat: Seat, rows: Sequence[Happened]) -> list[Shown]:
    registry = visit.runtime.registry
    names = await queries.names_in(visit.db, registry, rows)
    items = []
    for row in rows:
        item = feed_item(registry, row, names, seat.slug)
        actor = face(row.actor, names.get(row.actor, _(GONE))) if row.actor else None
        items.append(
            Shown(
                row.id,
                row.kind,
                actor,
                row.subject,
                item.summary,
                item.data,
                item.link,
                registry.events[row.kind].feed,
                row.occurred_at,
                names,
            )
        )
    return items


ROUTES = (show_feed, show_new)
