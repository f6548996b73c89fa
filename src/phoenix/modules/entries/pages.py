"""Pages of entries: list, read, write, change, delete."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

import msgspec

from phoenix.kernel.data.cursors import CursorKind
from phoenix.kernel.errors import InvalidInput, NotFound, PreconditionFailed
from phoenix.kernel.i18n.text import _
from phoenix.kernel.i18n.times import local_input, local_to_instant
from phoenix.kernel.web.page_context import Face, face
from phoenix.kernel.web.pages import Redirect, View, Visit, form, page
from phoenix.modules.accounts.queries import names
from phoenix.modules.entries import actions, queries
from phoenix.modules.entries.actions import Draft
from phoenix.modules.entries.api import NEWEST
from phoenix.modules.entries.queries import Entry

PLACES = CursorKind("entry pages", datetime, str)
PAGE_SIZE = 20


@page("/o/{slug:str}/entries", permission="entries.read", queries=2)
async def show_entries(visit: Visit) -> View:
    seat = visit.actor.require("entries.read", visit.seat.organisation)
    cursor = visit.query("cursor") or None
    after = PLACES.read(visit.runtime.keys, cursor) or NEWEST
    rows = await visit.db.all(queries.PAGE, seat.organisation, *after, PAGE_SIZE + 1)
    found = PLACES.page(visit.runtime.keys, rows, PAGE_SIZE, key=lambda e: (e.occurred_at, e.id))
    faces = await _faces(visit, found.items)
    context = {
        "entries": [{**msgspec.structs.asdict(e), "author": faces[e.author], "excerpt": actions.excerpt(e.body)} for e in found.items],
        "older": f"/o/{seat.slug}/entries?cursor={quote(found.next_cursor)}" if found.next_cursor else "",
        "newest": cursor is None,
    }
    return View("entries/list.html", context)


@page("/o/{slug:str}/entries/new", permission="entries.write", queries=0)
async def show_new(visit: Visit) -> View:
    visit.actor.require("entries.write", visit.seat.organisation)
    zone = visit.actor.time_zone
    shown = {"title": "", "body": "", "occurred_at": local_input(visit.db.now, zone), "time_zone": zone}
    return View("entries/form.html", {"form": shown, "entry": None})


@form("/o/{slug:str}/entries/new", permission="entries.write", queries=2, retry=show_new)
async def send_new(visit: Visit) -> Redirect:
    seat = visit.seat
    entry = await actions.post_entry(visit.tx, visit.actor, seat.organisation, _draft(visit))
    return Redirect(f"/o/{seat.slug}/entries/{entry.id}", _("The entry is posted."))


@page("/o/{slug:str}/entries/{entry_id:str}", permission="entries.read", queries=2)
async def show_entry(visit: Visit) -> View:
    entry = await _find(visit)
    faces = await _faces(visit, [entry])
    shown = {**msgspec.structs.asdict(entry), "author": faces[entry.author]}
    return View("entries/show.html", {"entry": shown, "may_change": actions.may_change(visit.actor, entry)})


@page("/o/{slug:str}/entries/{entry_id:str}/edit", permission="entries.write", queries=1)
async def show_edit(visit: Visit) -> View:
    entry = await _find(visit)
    shown = {
        "title": entry.title,
        "body": entry.body,
        "occurred_at": local_input(entry.occurred_at, entry.time_zone),
        "time_zone": entry.time_zone,
    }
    return View("entries/form.html", {"form": shown, "entry": entry})


@form("/o/{slug:str}/entries/{entry_id:str}/edit", permission="entries.write", queries=4, retry=show_edit)
async def send_edit(visit: Visit) -> Redirect:
    before = await _find(visit)
    draft = _draft(visit)
    if visit.form.get("occurred_at") == local_input(before.occurred_at, before.time_zone) and draft.time_zone == before.time_zone:
        # Left as it was: its seconds, which the form cannot show, stay too.
        draft = msgspec.structs.replace(draft, occurred_at=None)
    try:
        await actions.change_entry(visit.tx, visit.actor, before.id, draft, version=_version(visit))
    except PreconditionFailed as refusal:
        raise InvalidInput(refusal.detail) from refusal
    return Redirect(f"/o/{visit.seat.slug}/entries/{before.id}", _("The entry is saved."))


@page("/o/{slug:str}/entries/{entry_id:str}/delete", permission="entries.write", queries=1)
async def show_delete(visit: Visit) -> View:
    return View("entries/delete.html", {"entry": await _find(visit)})


@form("/o/{slug:str}/entries/{entry_id:str}/delete", permission="entries.write", queries=4, retry=show_delete)
async def send_delete(visit: Visit) -> Redirect:
    entry = await _find(visit)
    try:
        await actions.delete_entry(visit.tx, visit.actor, entry.id, version=_version(visit))
    except PreconditionFailed as refusal:
        raise InvalidInput(refusal.detail) from refusal
    return Redirect(f"/o/{visit.seat.slug}/entries", _("The entry is deleted."))


async def _find(visit: Visit) -> Entry:
    """The entry of the address, which must be of the organisation of the address."""
    seat = visit.seat
    entry = await actions.find_entry(visit.db, visit.actor, visit.path["entry_id"])
    if entry.organisation != seat.organisation:
        raise NotFound(_("There is no such entry, or you may not see it."))
    return entry


async def _faces(visit: Visit, entries: list[Entry]) -> dict[str, Face]:
    found = await names(visit.db, sorted({entry.author for entry in entries}))
    return {entry.author: face(entry.author, found.get(entry.author, _("Somebody"))) for entry in entries}


def _draft(visit: Visit) -> Draft:
    sent = visit.form
    zone = sent.get("time_zone") or visit.actor.time_zone
    written = sent.get("occurred_at", "")
    return Draft(sent.get("title", ""), sent.get("body", ""), local_to_instant(written, zone) if written else None, zone)


def _version(visit: Visit) -> int | None:
    version = visit.form.get("version", "")
    return int(version) if version.isdecimal() and len(version) < 10 else None


ROUTES = (show_entries, show_new, send_new, show_entry, show_edit, send_edit, show_delete, send_delete)
