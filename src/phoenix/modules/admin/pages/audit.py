"""The audit log: its newest rows, those of one person, and whether it is whole."""

from __future__ import annotations

from phoenix.kernel.data.cursors import CursorKind
from phoenix.kernel.data.jobs import enqueue
from phoenix.kernel.i18n.text import _
from phoenix.kernel.web.pages import Redirect, View, Visit, form, page
from phoenix.modules.accounts.queries import names
from phoenix.modules.admin.actions.audit import AFTER_THE_LAST, look_at_end
from phoenix.modules.admin.pages.events import AUDIT
from phoenix.modules.admin.pages.front import STAFF
from phoenix.modules.admin.queries import audit

PLACES = CursorKind("staff audit", int)
PAGE_SIZE = 50
VERIFY = "admin.verify_audit_log"


@page("/staff/audit", permission=AUDIT, queries=8, listeners=STAFF)
async def show_audit(visit: Visit) -> View:
    """The rows of a person are those they did, those done as somebody else, and those about them."""
    person = visit.query("person").strip()[:100].replace("\0", "")
    (before,) = PLACES.read(visit.runtime.keys, visit.query("cursor") or None) or (AFTER_THE_LAST,)
    fault = await look_at_end(visit.runtime, visit.db)
    if person:
        rows = await visit.db.all(audit.OF_PERSON, before, PAGE_SIZE + 1, person)
    else:
        rows = await visit.db.all(audit.NEWEST, before, PAGE_SIZE + 1)
    found = PLACES.page(visit.runtime.keys, rows, PAGE_SIZE, key=lambda row: (row.number,))
    checked = await visit.db.maybe(audit.CHECKED)
    involved = {id_ for row in found.items for id_ in (row.actor, row.impersonator) if id_}
    context = {
        "rows": found.items,
        "names": await names(visit.db, sorted(involved)),
        "fault": (checked.fault if checked else "") or fault,
        "checked": checked,
        "form": {"person": person},
        "cursor": found.next_cursor,
    }
    return View("admin/audit.html", context)


@form("/staff/audit/verify", permission=AUDIT, queries=1, listeners=STAFF)
async def send_verify(visit: Visit) -> Redirect:
    """Look through the whole log in the background: it may be long."""
    await enqueue(visit.tx, VERIFY, {}, key=VERIFY)
    return Redirect("/staff/audit", _("The whole log is being looked through. Load this page again in a moment."))


ROUTES = (show_audit, send_verify)
