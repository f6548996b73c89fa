"""Pages of entries: list, read, write, edit, delete."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from phoenix.kernel.errors import NotFound
from phoenix.kernel.i18n.avatars import Avatar, avatar_of
from phoenix.kernel.i18n.times import city, local_input, local_to_instant, offset, zone_or_utc
from phoenix.kernel.language import _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.edits import EditedField, Edits
from phoenix.kernel.web.listing import listing
from phoenix.kernel.web.pages import Redirect, View, form, page
from phoenix.kernel.web.slots import fill
from phoenix.modules.accounts.actions.accounts import names
from phoenix.modules.entries import actions, queries
from phoenix.modules.entries.actions import Draft
from phoenix.modules.entries.queries import Entry

PAGE_SIZE = 20


@page("/o/{slug:str}/entries", may="entries.read", within="slug", queries=2, lists=(queries.PAGE,))
async def show_entries(call: Call) -> View:
    member = call.member
    found = await listing(call, queries.PAGE, member.organisation, limit=PAGE_SIZE)
    avatars = await _avatars(call, found.items)
    context = {
        "entries": [{**msgspec.structs.asdict(e), "author": avatars[e.author], "excerpt": actions.excerpt(e.body)} for e in found.items],
        "listing": found,
    }
    return View("entries/list.html", context)


@page("/o/{slug:str}/entries/new", may="entries.write", within="slug", queries=0)
async def show_new(call: Call) -> View:
    shown = {"title": "", "body": "", **_when(call.db.now, call.actor.time_zone)}
    return View("entries/form.html", {"form": shown, "entry": None})


@form("/o/{slug:str}/entries/new", may="entries.write", within="slug", queries=2, retry=show_new)
async def send_new(call: Call) -> Redirect:
    member = call.member
    entry = await actions.post_entry(call.tx, member, _draft(call, call.tx.now))
    return Redirect(f"/o/{member.slug}/entries/{entry.id}", _("Entry posted."))


@page("/o/{slug:str}/entries/{entry_id:str}", may="entries.read", within="slug", queries=2, slots=("entry",))
async def show_entry(call: Call) -> View:
    entry = await find_here(call)
    avatars = await _avatars(call, [entry])
    shown = {**msgspec.structs.asdict(entry), "author": avatars[entry.author]}
    more = await fill(call, "entry")
    return View("entries/show.html", {"entry": shown, "may_change": actions.may_change(call.member, entry), "more": more})


@page("/o/{slug:str}/entries/{entry_id:str}/edit", may="entries.write", within="slug", queries=1)
async def show_edit(call: Call) -> View:
    entry = await find_here(call)
    shown = {"title": entry.title, "body": entry.body, **_when(entry.occurred_at, entry.time_zone), "version": str(entry.version)}
    edits = Edits(
        f"/o/{call.member.slug}/entries/{entry.id}",
        (
            EditedField("title", _("Title")),
            EditedField("body", _("Text")),
            EditedField("occurred_at", _("When it happened"), lambda local: local.replace("T", " ")),
            EditedField("time_zone", _("Time zone"), city),
        ),
        refreshed=("occurred_at_shown",),
    )
    return View("entries/form.html", {"form": shown, "entry": entry, "edits": edits})


@form("/o/{slug:str}/entries/{entry_id:str}/edit", may="entries.write", within="slug", queries=4, retry=show_edit, as_new=show_new)
async def send_edit(call: Call) -> Redirect:
    before = await find_here(call)
    await actions.change_entry(call.tx, call.member, before, _draft(call, before.occurred_at), versions=call.shown_version())
    return Redirect(f"/o/{call.member.slug}/entries/{before.id}", _("Entry saved."))


@page("/o/{slug:str}/entries/{entry_id:str}/delete", may="entries.write", within="slug", queries=1)
async def show_delete(call: Call) -> View:
    entry = await find_here(call)
    edits = Edits(f"/o/{call.member.slug}/entries/{entry.id}", act=_("Delete entry"))
    return View("entries/delete.html", {"entry": entry, "form": {"version": str(entry.version)}, "edits": edits})


@form("/o/{slug:str}/entries/{entry_id:str}/delete", frees=True, may="entries.write", within="slug", queries=4, retry=show_delete)
async def send_delete(call: Call) -> Redirect:
    entry = await find_here(call)
    await actions.delete_entry(call.tx, call.member, entry, versions=call.shown_version())
    return Redirect(f"/o/{call.member.slug}/entries", _("Entry deleted."))


async def find_here(call: Call) -> Entry:
    """The entry in the URL, which must belong to the organisation in the URL."""
    entry = await actions.find_entry(call.db, call.path["entry_id"])
    if entry.organisation != call.member.organisation:
        raise NotFound(actions.MISSING)
    return entry


async def _avatars(call: Call, entries: Sequence[Entry]) -> dict[str, Avatar]:
    found = await names(call.db, sorted({entry.author for entry in entries}))
    return {entry.author: avatar_of(entry.author, found.get(entry.author, _("Someone"))) for entry in entries}


def _when(instant: datetime, zone: str) -> dict[str, str]:
    """An instant as the fields of the form show it. `occurred_at_shown` is sent back, and tells whether anyone touched them."""
    written, zone = local_input(instant, zone), zone_or_utc(zone)
    since_utc = offset(instant, zone)
    shown = " ".join((written, since_utc, zone))
    return {"occurred_at": written, "occurred_at_offset": since_utc, "time_zone": zone, "occurred_at_shown": shown}


def _draft(call: Call, unchanged: datetime) -> Draft:
    """What was entered. Fields that nobody touched mean `unchanged`: to the second, and in whichever of two hours that look the same."""
    sent = call.form
    zone = sent.get("time_zone") or call.actor.time_zone
    written, chosen = sent.get("occurred_at", ""), sent.get("occurred_at_offset", "")
    shown = sent.get("occurred_at_shown", "").split(" ")
    untouched = len(shown) == len(("time", "offset", "zone")) and [written, chosen or shown[1], zone] == shown
    same_minute = written == local_input(unchanged, zone) and chosen in {"", offset(unchanged, zone)}
    at = None if not written or untouched or same_minute else local_to_instant(written, zone, offset=chosen)
    return Draft(sent.get("title", ""), sent.get("body", ""), at, zone)


ROUTES = (show_entries, show_new, send_new, show_entry, show_edit, send_edit, show_delete, send_delete)
