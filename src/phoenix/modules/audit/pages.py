"""The audit log on the admin listener: its latest rows, those of one person, and the result of its verification."""

from __future__ import annotations

from phoenix.kernel.data.jobs import Nothing, enqueue
from phoenix.kernel.language import _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.listing import listing
from phoenix.kernel.web.pages import Redirect, View, form, page
from phoenix.modules.accounts.actions.accounts import names
from phoenix.modules.audit import queries
from phoenix.modules.audit.actions.verify import check_end
from phoenix.modules.audit.jobs import VERIFY

AUDIT = "platform.audit"
STAFF = ("admin",)


@page("/staff/audit", may=AUDIT, queries=12, listeners=STAFF, lists=(queries.LISTED,))
async def show_audit(call: Call) -> View:
    """A person's rows are those of their own acts, of their acts as someone else, and those about them."""
    fault = await check_end(call.runtime, call.db)
    found = await listing(call, queries.LISTED)
    checked = await call.db.maybe(queries.CHECKED)
    archive = await call.db.maybe(queries.NEWEST_ARCHIVE)
    involved = {id_ for row in found.items for id_ in (row.actor, row.impersonator) if id_}
    context = {
        "rows": found.items,
        "names": await names(call.db, sorted(involved)),
        "fault": (checked.fault if checked else "") or fault,
        "checked": checked,
        "listing": found,
        "archive": archive,
        "keep": call.runtime.settings.installation.audit_keep,
    }
    return View("audit/audit.html", context)


@form("/staff/audit/verify", may=AUDIT, queries=2, listeners=STAFF)
async def send_verify(call: Call) -> Redirect:
    """Start verification of the whole log as a background job, since it can be long."""
    await enqueue(call.tx, VERIFY, Nothing(), key=VERIFY.name)
    return Redirect("/staff/audit", _("Verification started. Reload this page in a moment."))


ROUTES = (show_audit, send_verify)
