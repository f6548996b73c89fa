"""The latest events, filtered by kind and subject."""

from __future__ import annotations

from phoenix.kernel.web.call import Call
from phoenix.kernel.web.listing import listing
from phoenix.kernel.web.pages import View, page
from phoenix.modules.accounts.actions.accounts import names
from phoenix.modules.admin.pages.front import STAFF
from phoenix.modules.admin.queries import events

AUDIT = "platform.audit"


@page("/staff/events", may=AUDIT, queries=2, listeners=STAFF, lists=(events.EVENTS,))
async def show_events(call: Call) -> View:
    found = await listing(call, events.EVENTS, choices={"kind": [(kind, kind) for kind in sorted(call.registry.events)]})
    involved = {id_ for row in found.items for id_ in (row.actor, row.impersonator) if id_}
    context = {
        "rows": found.items,
        "names": await names(call.db, sorted(involved)),
        "listing": found,
        "looked_through": events.LOOKED_THROUGH,
        "keep": call.runtime.settings.installation.events_keep,
    }
    return View("admin/events.html", context)


ROUTES = (show_events,)
