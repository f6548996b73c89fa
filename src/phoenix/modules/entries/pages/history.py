"""The history of an entry: every version that was saved, and what it changed."""

from __future__ import annotations

import msgspec

from phoenix.kernel.errors import NotFound
from phoenix.kernel.i18n.avatars import avatar_of
from phoenix.kernel.language import _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.listing import plain_listing
from phoenix.kernel.web.pages import View, page
from phoenix.modules.accounts.actions.accounts import names
from phoenix.modules.entries import queries
from phoenix.modules.entries.pages.entries import find_here

PAGE_SIZE = 20


@page("/o/{slug:str}/entries/{entry_id:str}/history", may="entries.read", within="slug", queries=4)
async def show_history(call: Call) -> View:
    """One page of versions, and one of them compared with the version before it: the latest, or that of `?version=`."""
    entry = await find_here(call)
    cursor = call.query("cursor") or None
    found = await queries.VERSIONS.page(call.db, call.runtime.keys, entry.id, cursor=cursor, limit=PAGE_SIZE)
    written = call.query("version")
    wanted = int(written) if written.isascii() and written.isdecimal() and len(written) < 10 else entry.version
    pair = await call.db.all(queries.VERSION_AND_ONE_BEFORE, entry.id, wanted)
    if not pair or pair[0].number != wanted:
        raise NotFound(_("This version doesn't exist."))
    people = await names(call.db, sorted({version.editor for version in [*found.items, *pair] if version.editor}))
    shown = [
        {**msgspec.structs.asdict(v), "editor": v.editor and avatar_of(v.editor, people.get(v.editor, _("Someone")))}
        for v in (*pair, *found.items)
    ]
    context = {
        "entry": entry,
        "version": shown[0],
        "before": shown[1] if len(pair) > 1 else None,
        "versions": shown[len(pair) :],
        "listing": plain_listing(call, found),
    }
    return View("entries/history.html", context)


ROUTES = (show_history,)
