"""A row of `events` as somebody reads it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from phoenix.kernel.actor import Seat
from phoenix.kernel.registry import Registry
from phoenix.kernel.text import _
from phoenix.kernel.web.instants import Instant, instant
from phoenix.modules.feed.queries import Happened

GONE = "Somebody"


class Person(Struct, frozen=True):
    id: str
    name: str


class FeedItem(Struct, frozen=True):
    """Something that happened in an organisation. `link` is the page about it, where there is one."""

    id: str
    kind: str
    actor: Person | None
    subject: str | None
    summary: str
    data: dict[str, Any]
    link: str | None
    occurred_at: Instant


def visible_kinds(registry: Registry, seat: Seat, group: str = "") -> list[str]:
    """The kinds of events a seat may see in the feed, of one group or all."""
    return [
        name
        for name, kind in registry.events.items()
        if kind.feed and (not kind.permission or kind.permission in seat.permissions) and (not group or kind.group == group)
    ]


def feed_item(registry: Registry, row: Happened, names: Mapping[str, str], slug: str) -> FeedItem:
    """The item of a row. An id that has no name any more is “Somebody”."""
    kind = registry.events[row.kind]
    words: dict[str, str] = defaultdict(str)
    for field, value in {**row.data, "subject": row.subject, "actor": row.actor}.items():
        prefix = str(value).partition("_")[0]
        words[field] = names.get(value, _(GONE)) if isinstance(value, str) and prefix in registry.names else str(value or _("Phoenix"))
    actor = Person(row.actor, names.get(row.actor, _(GONE))) if row.actor else None
    link = kind.link.format_map({**row.data, "subject": row.subject or "", "organisation": slug}) if kind.link else None
    data = {**row.data, "names": {i: names[i] for i in {str(row.subject), *map(str, row.data.values())} if i in names}}
    return FeedItem(row.id, row.kind, actor, row.subject, _(kind.summary).format_map(words), data, link, instant(row.occurred_at))
