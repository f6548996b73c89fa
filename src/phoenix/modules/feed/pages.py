"""The feed as a page, and the fragment with items newer than those shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from phoenix.kernel.actor import Membership
from phoenix.kernel.i18n.avatars import Avatar, avatar_of
from phoenix.kernel.language import _
from phoenix.kernel.registry.happened import GONE, gone, names_in, with_texts
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import View, page
from phoenix.modules.feed import queries
from phoenix.modules.feed.items import feed_item, visible_kinds
from phoenix.modules.feed.queries import FeedRow

PAGE_SIZE = 20
NEW_MOST = 40


@dataclass(frozen=True, slots=True)
class Shown:
    """An item as its template draws it."""

    id: str
    kind: str
    actor: Avatar | None
    subject: str | None
    summary: str
    data: dict[str, Any]
    url: str | None
    template: str
    occurred_at: datetime
    names: dict[str, str]
    gone: bool
    """Whether its subject was deleted, so that what was shown of it is to go."""


@page("/o/{slug:str}/feed", may="feed.read", within="slug", queries=3)
async def show_feed(call: Call) -> View:
    member = call.member
    groups = {kind.group: call.registry.event_groups[kind.group] for kind in call.registry.events.values() if kind.feed and kind.group}
    kind = call.query("kind") if call.query("kind") in groups else ""
    cursor = call.query("cursor") or None
    kinds = visible_kinds(call.registry, member, kind)
    query = queries.page_of(call.registry, kinds)
    made = await query.page(call.db, call.runtime.keys, member.organisation, kinds, cursor=cursor, limit=PAGE_SIZE)
    address = f"/o/{member.slug}/feed?{f'kind={kind}&' if kind else ''}cursor="
    context = {
        "items": await _shown(call, member, made.items),
        "kinds": [{"name": "", "label": _("All")}, *({"name": group.name, "label": _(group.label)} for group in groups.values())],
        "kind": kind,
        "older": f"{address}{quote(made.next_cursor)}" if made.next_cursor else "",
        "newest": cursor is None,
    }
    return View("feed/page.html", context)


@page("/o/{slug:str}/feed/new", may="feed.read", within="slug", queries=4)
async def show_new(call: Call) -> View:
    """The items after a given one, and a few before it again: a late commit can have a lower number."""
    member = call.member
    kinds = visible_kinds(call.registry, member, call.query("kind"))
    after = await call.db.maybe(queries.NUMBER, member.organisation, call.query("after"))
    rows = await call.db.all(queries.NEWER, member.organisation, after or 0, kinds, NEW_MOST + 1)
    gap = after is None or len(rows) > NEW_MOST
    return View("feed/_items.html", {"items": await _shown(call, member, rows[:NEW_MOST]), "gap": gap and bool(rows)})


async def _shown(call: Call, member: Membership, rows: Sequence[FeedRow]) -> list[Shown]:
    registry = call.registry
    rows = await with_texts(call.db, registry, rows)
    names = await names_in(call.db, registry, rows)
    items = []
    for row in rows:
        item = feed_item(registry, row, names, member.slug)
        actor = avatar_of(row.actor, names.get(row.actor, _(GONE))) if row.actor and not registry.events[row.kind].by_staff else None
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
                gone(registry.events[row.kind], row),
            )
        )
    return items


ROUTES = (show_feed, show_new)
