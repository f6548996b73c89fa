"""The latest events, filtered by kind and subject."""

from __future__ import annotations

from phoenix.kernel.data.cursors import CursorKind
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import View, page
from phoenix.modules.accounts.actions.accounts import names
from phoenix.modules.admin.pages.front import STAFF
from phoenix.modules.admin.queries import events

AUDIT = "platform.audit"
CURSOR = CursorKind("staff events", int)
AFTER_THE_LAST = 2**62
PAGE_SIZE = 50
LONGEST = 100


@page("/staff/events", may=AUDIT, queries=2, listeners=STAFF)
async def show_events(call: Call) -> View:
    kind, subject = (call.query(name).strip()[:LONGEST].replace("\0", "") for name in ("kind", "subject"))
    (before,) = CURSOR.read(call.runtime.keys, call.query("cursor") or None) or (AFTER_THE_LAST,)
    if kind or subject:
        rows = await call.db.all(events.FOUND, before, PAGE_SIZE + 1, kind, subject, events.LOOKED_THROUGH)
    else:
        rows = await call.db.all(events.NEWEST, before, PAGE_SIZE + 1)
    found = CURSOR.page(call.runtime.keys, rows, PAGE_SIZE, key=lambda row: (row.number,))
    involved = {id_ for row in found.items for id_ in (row.actor, row.impersonator) if id_}
    context = {
        "rows": found.items,
        "names": await names(call.db, sorted(involved)),
        "kinds": [("", ""), *((kind, kind) for kind in sorted(call.registry.events))],
        "form": {"kind": kind, "subject": subject},
        "cursor": found.next_cursor,
        "looked_through": events.LOOKED_THROUGH,
        "keep": call.runtime.settings.installation.events_keep,
    }
    return View("admin/events.html", context)


ROUTES = (show_events,)
