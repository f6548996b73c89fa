"""Events: the newest, by kind and by what they are about."""

from __future__ import annotations

from phoenix.kernel.data.cursors import CursorKind
from phoenix.kernel.web.pages import View, Visit, page
from phoenix.modules.accounts.queries import names
from phoenix.modules.admin.pages.front import STAFF
from phoenix.modules.admin.queries import happenings

AUDIT = "platform.audit"
PLACES = CursorKind("staff events", int)
AFTER_THE_LAST = 2**62
PAGE_SIZE = 50
LONGEST = 100


@page("/staff/events", permission=AUDIT, queries=2, listeners=STAFF)
async def show_events(visit: Visit) -> View:
    kind, subject = (visit.query(name).strip()[:LONGEST].replace("\0", "") for name in ("kind", "subject"))
    (before,) = PLACES.read(visit.runtime.keys, visit.query("cursor") or None) or (AFTER_THE_LAST,)
    if kind or subject:
        rows = await visit.db.all(happenings.FOUND, before, PAGE_SIZE + 1, kind, subject, happenings.LOOKED_THROUGH)
    else:
        rows = await visit.db.all(happenings.NEWEST, before, PAGE_SIZE + 1)
    found = PLACES.page(visit.runtime.keys, rows, PAGE_SIZE, key=lambda row: (row.number,))
    involved = {id_ for row in found.items for id_ in (row.actor, row.impersonator) if id_}
    context = {
        "rows": found.items,
        "names": await names(visit.db, sorted(involved)),
        "kinds": [("", ""), *((kind, kind) for kind in sorted(visit.runtime.registry.events))],
        "form": {"kind": kind, "subject": subject},
        "cursor": found.next_cursor,
        "looked_through": happenings.LOOKED_THROUGH,
    }
    return View("admin/events.html", context)


ROUTES = (show_events,)
