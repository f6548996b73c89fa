"""What happened, in words: the names behind ids, and what people wrote, read where it lives. Whoever shows events shows them so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from string import Formatter
from typing import Any, TypeVar

from msgspec import Struct, structs

from phoenix.kernel.actor import Actor
from phoenix.kernel.data.database import Reader
from phoenix.kernel.data.query import Query, query
from phoenix.kernel.i18n.isolation import isolated
from phoenix.kernel.language import _
from phoenix.kernel.module import ROLE, EventKind, Title
from phoenix.kernel.registry import Registry

LONGEST_ID = 40
GONE = _("Someone")
GONE_TEXT = _("[deleted]")


class Happened(Struct, frozen=True, kw_only=True):
    """An event as it is shown, before ids become names."""

    id: str
    kind: str
    actor: str | None
    subject: str | None
    data: dict[str, Any]
    occurred_at: datetime


H = TypeVar("H", bound=Happened)


class Texts(Struct, frozen=True):
    """What people wrote about the subject of an event, by the names that its kind declares."""

    id: str
    texts: dict[str, Any] | None


def texts_statement(kinds: Iterable[EventKind]) -> Query[Texts]:
    """One statement for the texts of all kinds, given the ids, kinds and subjects of events."""
    cases = " ".join(f"WHEN '{kind.type.kind}' THEN json_build_object({_fields_of(kind)})" for kind in kinds if kind.texts)
    events = "unnest($1::text[], $2::text[], $3::text[]) AS e(id, kind, subject)"
    # What is put in is what modules declare, never what anybody sends.
    return query(Texts, f"SELECT e.id, CASE e.kind {cases} END AS texts FROM {events}")  # noqa: S608


def _fields_of(kind: EventKind) -> str:
    return ", ".join(f"'{name}', ({sql.replace('{subject}', 'e.subject')})" for name, sql in kind.texts.items())


async def with_texts(db: Reader, registry: Registry, rows: Sequence[H]) -> list[H]:
    """The rows with what people wrote, read where it lives: one statement, and none where no event of them has any."""
    asked = [row for row in rows if registry.events[row.kind].texts]
    if not asked:
        return list(rows)
    arguments = ([row.id for row in asked], [row.kind for row in asked], [row.subject for row in asked])
    found = {one.id: one.texts or {} for one in await db.all(texts_statement(registry.events.values()), *arguments)}
    return [structs.replace(row, data={**row.data, **found.get(row.id, {})}) for row in rows]


def ids_in(registry: Registry, row: Happened) -> set[str]:
    """The ids in a row: its actor, unless that is staff, and the fields that its kind declares."""
    kind = registry.events[row.kind]
    named = [None if kind.by_staff else row.actor, *(row.subject if field == "subject" else row.data.get(field) for field in kind.ids)]
    return {text for text in named if isinstance(text, str) and len(text) <= LONGEST_ID}


async def names_in(db: Reader, registry: Registry, rows: Iterable[Happened]) -> dict[str, str]:
    """The names for all ids in the rows: one query for each kind of id."""
    return await names_of(db, registry, {text for row in rows for text in ids_in(registry, row)})


async def names_of(db: Reader, registry: Registry, ids: Iterable[str]) -> dict[str, str]:
    """The names for these ids: one query for each kind of id."""
    found: dict[str, str] = {}
    for prefix, alike in _by_prefix(ids, registry.names).items():
        found.update(await registry.names[prefix].find(db, alike))
    return found


async def titles_of(db: Reader, registry: Registry, actor: Actor, ids: Iterable[str]) -> dict[str, Title]:
    """What those of these things are called that the actor may read: one query for each kind of id."""
    found: dict[str, Title] = {}
    for prefix, alike in _by_prefix(ids, registry.titles).items():
        found |= {one.id: one for one in await registry.titles[prefix].find(db, actor, alike)}
    return found


def _by_prefix(ids: Iterable[str], declared: Collection[str]) -> dict[str, list[str]]:
    wanted: dict[str, list[str]] = {}
    for text in sorted(set(ids)):
        prefix = text.partition("_")[0]
        if prefix in declared:
            wanted.setdefault(prefix, []).append(text)
    return wanted


def gone(kind: EventKind, row: Happened) -> bool:
    """Whether everything that people wrote about the subject is gone, so that a link would lead nowhere."""
    return bool(kind.texts) and all(row.data.get(name) is None for name in kind.texts)


def in_words(registry: Registry, row: Happened, message: str, names: Mapping[str, str], **more: str) -> str:
    """A gettext message about an event, with its actor, subject and fields in braces: ids as names, texts as written. `more` are further words.

    What people wrote is isolated: a name that is written from right to left would otherwise turn the sentence round.
    """
    words = {field: isolated(more.get(field) or _word(registry, names, row, field)) for field in holes(message)}
    return message.format_map(words)


def link_to(row: Happened, path: str, slug: str) -> str:
    """A path about an event, with the slug of its organisation and the fields of the event in braces."""
    return path.format_map({field: slug if field == "organisation" else _raw(row, field) for field in holes(path)})


@lru_cache(maxsize=512)
def holes(message: str) -> tuple[str, ...]:
    """The placeholders of a message."""
    return tuple(name for _text, name, _spec, _conversion in Formatter().parse(message) if name)


def _raw(row: Happened, field: str) -> str:
    value = row.actor if field == "actor" else row.subject if field == "subject" else row.data.get(field)
    return "" if value is None else str(value)


def _word(registry: Registry, names: Mapping[str, str], row: Happened, field: str) -> str:
    """A field for people: an id as a name, text as written."""
    value = _raw(row, field)
    if value and (field == "actor" or field in registry.events[row.kind].ids):
        return names.get(value, _(GONE))
    if not value and field in registry.events[row.kind].texts:
        return _(GONE_TEXT)
    # A role is a word in a sentence; whatever else is in an event is as it was written.
    return _(value) if registry.events[row.kind].holds.get(field) == ROLE else value or "Phoenix"
