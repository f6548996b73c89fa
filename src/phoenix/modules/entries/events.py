"""Events of entries. The subject is the entry. Titles and excerpts are only for code of 2.0, which shows them from here."""

from __future__ import annotations

from phoenix.kernel.data.events import Event


class EntryPosted(Event, frozen=True, kw_only=True, kind="entries.posted"):
    title: str
    excerpt: str


class EntryChanged(Event, frozen=True, kw_only=True, kind="entries.changed"):
    title: str


class EntryDeleted(Event, frozen=True, kw_only=True, kind="entries.deleted"):
    title: str
