"""JSON routes of entries."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta, Struct

from phoenix.kernel.data.cursors import CursorKind, Page, parse_limit
from phoenix.kernel.web.call import Call, Created
from phoenix.kernel.web.endpoint import delete, get, patch, post
from phoenix.kernel.web.instants import Instant, instant
from phoenix.modules.entries import actions, queries
from phoenix.modules.entries.actions import Draft
from phoenix.modules.entries.queries import Entry

PLACES = CursorKind("entries", datetime, str)
NEWEST = (datetime(9999, 1, 1, tzinfo=UTC), "~")

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

    title: str | None = None
    body: str | None = None
    occurred_at: When | None = None
    time_zone: str | None = None


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


@get("/api/v2/entries", permission="entries.read", queries=1)
async def list_entries(call: Call, organisation: str, limit: int | None = None, cursor: str | None = None) -> Page[EntryAnswer]:
    """The entries of an organisation, the latest first."""
    size = parse_limit(limit)
    seat = call.actor.require("entries.read", organisation)
    after = PLACES.read(call.runtime.keys, cursor) or NEWEST
    rows = await call.db.all(queries.PAGE, seat.organisation, *after, size + 1)
    made = PLACES.page(call.runtime.keys, rows, size, key=lambda e: (e.occurred_at, e.id))
    return Page([entry_answer(e) for e in made.items], made.next_cursor)


@post("/api/v2/entries", permission="entries.write", queries=2)
async def post_entry(call: Call, data: EntryData) -> Created[EntryAnswer]:
    """Post an entry."""
    draft = Draft(data.title, data.body, data.occurred_at, data.time_zone)
    entry = await actions.post_entry(call.tx, call.actor, data.organisation, draft)
    return Created(entry_answer(entry), f"/api/v2/entries/{entry.id}")


@get("/api/v2/entries/{entry_id:str}", permission="entries.read", queries=1)
async def read_entry(call: Call, entry_id: str) -> EntryAnswer:
    """One entry."""
    return entry_answer(await actions.find_entry(call.db, call.actor, entry_id))


@patch("/api/v2/entries/{entry_id:str}", permission="entries.write", queries=3, refusals=(412, 428))
async def change_entry(call: Call, entry_id: str, data: EntryChange) -> EntryAnswer:
    """Change an entry. Needs If-Match with the ETag you read."""
    draft = Draft(data.title, data.body, data.occurred_at, data.time_zone)
    return entry_answer(await actions.change_entry(call.tx, call.actor, entry_id, draft, version=call.expected_version()))


@delete("/api/v2/entries/{entry_id:str}", permission="entries.write", queries=3, refusals=(412, 428))
async def delete_entry(call: Call, entry_id: str) -> None:
    """Delete an entry. Needs If-Match with the ETag you read."""
    await actions.delete_entry(call.tx, call.actor, entry_id, version=call.expected_version())


ROUTES = (list_entries, post_entry, read_entry, change_entry, delete_entry)
