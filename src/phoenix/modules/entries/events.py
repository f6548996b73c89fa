"""What happens to entries. The subject is the entry; the title is kept, so that the feed can tell of what was deleted."""

from __future__ import annotations

from phoenix.kernel.data.events import Event


class EntryPosted(Event, frozen=True, kw_only=True, kind="entries.posted"):
    title: str
    excerpt: str


class EntryChanged(Event, frozen=True, kw_only=True, kind="entries.changed"):
    title: str


class EntryDeleted(Event, frozen=True, kw_only=True, kind="entries.deleted"):
    title: str
