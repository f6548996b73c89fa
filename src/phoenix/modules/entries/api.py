"""JSON routes of entries."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from phoenix.kernel.actor import Membership
from phoenix.kernel.data.cursors import Page, parse_limit
from phoenix.kernel.web.bodies import given
from phoenix.kernel.web.call import Call, Created
from phoenix.kernel.web.endpoint import delete, get, patch, post
from phoenix.kernel.web.instants import Instant, instant
from phoenix.kernel.web.rules import FOUND
from phoenix.modules.entries import actions, queries
from phoenix.modules.entries.actions import Draft
from phoenix.modules.entries.queries import Entry, Version

When = Annotated[datetime, Meta(tz=True)]


class EntryData(Struct, forbid_unknown_fields=True):
    """A new entry. `occurred_at` is now, and `time_zone` yours, where they are left out."""

    organisation: str
    title: str
    body: str = ""
    occurred_at: When | None = None
    time_zone: str | None = None


class EntryChange(Struct, forbid_unknown_fields=True):
    """Only what is given is changed."""

    title: str | UnsetType = UNSET
    body: str | None = None
    occurred_at: When | UnsetType = UNSET
    time_zone: str | UnsetType = UNSET


class EntryAnswer(Struct):
    id: str
    organisation: str
    author: str
    title: str
    body: str
    occurred_at: Instant
    time_zone: str
    attachments: list[str]
    created_at: Instant
    updated_at: Instant
    version: int


def entry_answer(e: Entry) -> EntryAnswer:
    """An entry as the API writes it."""
    return EntryAnswer(
        e.id,
        e.organisation,
        e.author,
        e.title,
        e.body,
        instant(e.occurred_at),
        e.time_zone,
        [],
        instant(e.created_at),
        instant(e.updated_at),
        e.version,
    )


class EntryVersionAnswer(Struct):
    """An entry as it was saved once. `editor` is null where that was not recorded."""

    entry: str
    version: int
    editor: str | None
    title: str
    body: str
    occurred_at: Instant
    time_zone: str
    saved_at: Instant


def version_answer(v: Version) -> EntryVersionAnswer:
    """A version as the API writes it."""
    return EntryVersionAnswer(v.entry, v.number, v.editor, v.title, v.body, instant(v.occurred_at), v.time_zone, instant(v.saved_at))


@get("/api/v2/entries", may="entries.read", within="organisation", queries=1)
async def list_entries(call: Call, member: Membership, limit: int | None = None, cursor: str | None = None) -> Page[EntryAnswer]:
    """List the entries of an organisation, latest first."""
    made = await queries.PAGE.page(call.db, call.runtime.keys, member.organisation, cursor=cursor, limit=parse_limit(limit))
    return Page([entry_answer(e) for e in made.items], made.next_cursor)


@post("/api/v2/entries", may="entries.write", within="body.organisation", queries=2)
async def post_entry(call: Call, member: Membership, data: EntryData) -> Created[EntryAnswer]:
    """Post an entry."""
    draft = Draft(data.title, data.body, data.occurred_at, data.time_zone or call.actor.time_zone)
    entry = await actions.post_entry(call.tx, member, draft)
    return Created(entry_answer(entry), f"/api/v2/entries/{entry.id}")


@get("/api/v2/entries/{entry_id:str}", may="entries.read", within=FOUND, queries=1)
async def read_entry(call: Call, entry_id: str) -> EntryAnswer:
    """Get an entry."""
    entry, _member = await _find(call, entry_id)
    return entry_answer(entry)


@patch("/api/v2/entries/{entry_id:str}", may="entries.write", within=FOUND, queries=3, problems=(412, 428))
async def change_entry(call: Call, entry_id: str, data: EntryChange) -> EntryAnswer:
    """Edit an entry. Requires If-Match with the ETag you read."""
    draft = Draft(given(data.title), data.body, given(data.occurred_at), given(data.time_zone))
    entry, member = await _find(call, entry_id)
    return entry_answer(await actions.change_entry(call.tx, member, entry, draft, versions=call.expected_versions()))


@delete("/api/v2/entries/{entry_id:str}", may="entries.write", within=FOUND, queries=3, problems=(412, 428))
async def delete_entry(call: Call, entry_id: str) -> None:
    """Delete an entry. Requires If-Match with the ETag you read."""
    entry, member = await _find(call, entry_id)
    await actions.delete_entry(call.tx, member, entry, versions=call.expected_versions())


@get("/api/v2/entries/{entry_id:str}/versions", may="entries.read", within=FOUND, queries=2)
async def list_versions(call: Call, entry_id: str, limit: int | None = None, cursor: str | None = None) -> Page[EntryVersionAnswer]:
    """List the versions of an entry, latest first. The first is the entry as it is now."""
    entry, _member = await _find(call, entry_id)
    made = await queries.VERSIONS.page(call.db, call.runtime.keys, entry.id, cursor=cursor, limit=parse_limit(limit))
    return Page([version_answer(v) for v in made.items], made.next_cursor)


async def _find(call: Call, entry_id: str) -> tuple[Entry, Membership]:
    """An entry, and evidence of the route's permission in its organisation."""
    entry = await actions.find_entry(call.db, entry_id)
    return entry, call.within(entry.organisation, actions.MISSING)


ROUTES = (list_entries, post_entry, read_entry, change_entry, delete_entry, list_versions)
