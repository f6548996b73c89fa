"""A row of `events` as an item for people."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from string import Formatter
from typing import Any

from msgspec import Struct

from phoenix.kernel.actor import MembershipRecord
from phoenix.kernel.i18n.text import _
from phoenix.kernel.module import EventKind
from phoenix.kernel.registry import Registry
from phoenix.kernel.web.instants import Instant, instant
from phoenix.modules.feed.queries import FeedRow, ids_in

GONE = "Someone"
GONE_TEXT = "[deleted]"


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
    summary = _(kind.summary)
    words = {field: _word(registry, names, row, field) for field in _holes(summary)}
    link = None
    if kind.link and not gone(kind, row):
        link = kind.link.format_map({field: slug if field == "organisation" else _raw(row, field) for field in _holes(kind.link)})
    # What the audit log keeps of what people wrote, such as staff's reasons, is not for members.
    data = {field: value for field, value in row.data.items() if kind.common or field not in kind.written}
    return FeedItem(
        row.id, row.kind, actor, row.subject, summary.format_map(words), {**data, "names": mentioned}, link, instant(row.occurred_at)
    )


def gone(kind: EventKind, row: FeedRow) -> bool:
    """Whether everything that people wrote about the subject is gone, so that a link would lead nowhere."""
    return bool(kind.texts) and all(row.data.get(name) is None for name in kind.texts)


@lru_cache(maxsize=512)
def _holes(message: str) -> tuple[str, ...]:
    """The placeholders of a message."""
    return tuple(name for _text, name, _spec, _conversion in Formatter().parse(message) if name)


def _raw(row: FeedRow, field: str) -> str:
    value = row.actor if field == "actor" else row.subject if field == "subject" else row.data.get(field)
    return "" if value is None else str(value)


def _word(registry: Registry, names: Mapping[str, str], row: FeedRow, field: str) -> str:
    """A field for people: an id as a name, text as written."""
    value = _raw(row, field)
    if value and (field == "actor" or field in registry.events[row.kind].ids):
        return names.get(value, _(GONE))
    if not value and field in registry.events[row.kind].texts:
        return _(GONE_TEXT)
    return value or _("Phoenix")
