"""The latest events, filtered by kind and subject."""

from __future__ import annotations

from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import View, page
from phoenix.modules.accounts.actions.accounts import names
from phoenix.modules.admin.pages.front import STAFF
from phoenix.modules.admin.queries import events

AUDIT = "platform.audit"
PAGE_SIZE = 50
LONGEST = 100


@page("/staff/events", may=AUDIT, queries=2, listeners=STAFF)
async def show_events(call: Call) -> View:
    kind, subject = (call.query(name).strip()[:LONGEST].replace("\0", "") for name in ("kind", "subject"))
    keys, cursor = call.runtime.keys, call.query("cursor") or None
    if kind or subject:
        found = await events.FOUND.page(call.db, keys, kind, subject, events.LOOKED_THROUGH, cursor=cursor, limit=PAGE_SIZE)
    else:
        found = await events.NEWEST.page(call.db, keys, cursor=cursor, limit=PAGE_SIZE)
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
