"""A row of `events` as an item for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from phoenix.kernel.actor import MembershipRecord
from phoenix.kernel.language import _
from phoenix.kernel.registry import Registry
from phoenix.kernel.registry.happened import GONE, gone, ids_in, in_words, link_to
from phoenix.kernel.web.instants import Instant, instant
from phoenix.modules.feed.queries import FeedRow


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


def visible_kinds(registry: Registry, membership: MembershipRecord, group: str = "") -> list[str]:
    """The kinds of events a member can see in the feed, in one group or all."""
    return [
        name
        for name, kind in registry.events.items()
        if kind.feed and (not kind.permission or kind.permission in membership.permissions) and (not group or kind.group == group)
    ]


def feed_item(registry: Registry, row: FeedRow, names: Mapping[str, str], slug: str) -> FeedItem:
    """The item of a row. An ID that no longer has a name is “Someone”."""
    kind = registry.events[row.kind]
    mentioned = {text: names[text] for text in ids_in(registry, row) if text in names and (text != row.actor or text == row.subject)}
    actor = Person(row.actor, names.get(row.actor, _(GONE))) if row.actor and not kind.by_staff else None
    summary = in_words(registry, row, _(kind.summary), names)
    link = link_to(row, kind.link, slug) if kind.link and not gone(kind, row) else None
    # What the audit log keeps of what people wrote, such as staff's reasons, is not for members.
    data = {field: value for field, value in row.data.items() if kind.common or field not in kind.written}
    return FeedItem(row.id, row.kind, actor, row.subject, summary, {**data, "names": mentioned}, link, instant(row.occurred_at))
