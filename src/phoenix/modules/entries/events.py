"""Events of entries. The subject is the entry. The title is stored, so that the feed can name deleted entries."""

from __future__ import annotations

from phoenix.kernel.data.events import Event


class EntryPosted(Event, frozen=True, kw_only=True, kind="entries.posted"):
    title: str
    excerpt: str


class EntryChanged(Event, frozen=True, kw_only=True, kind="entries.changed"):
    title: str


class EntryDeleted(Event, frozen=True, kw_only=True, kind="entries.deleted"):
    title: str
