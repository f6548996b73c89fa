"""Organisations: the list, its search, and the members of one."""

from __future__ import annotations

from phoenix.kernel.i18n.avatars import avatar_of
from phoenix.kernel.language import _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.listing import listing
from phoenix.kernel.web.pages import Redirect, View, form, page
from phoenix.modules.accounts.actions.fields import checked_reason
from phoenix.modules.admin.pages.front import STAFF
from phoenix.modules.admin.queries import organisations
from phoenix.modules.organisations.actions.closing import closing_of, keep_as_staff
from phoenix.modules.organisations.actions.members import LISTED_MEMBERS
from phoenix.modules.organisations.actions.owners import able_members, appoint_owner, has_owner

READ = "platform.organisations"
APPOINT = "platform.owners"


@page("/staff/organisations", may=READ, queries=1, listeners=STAFF, lists=(organisations.ORGANISATIONS,))
async def show_organisations(call: Call) -> View:
    return View("admin/organisations.html", {"listing": await listing(call, organisations.ORGANISATIONS)})


@page("/staff/organisations/{organisation_id:str}", may=READ, queries=5, listeners=STAFF, lists=(LISTED_MEMBERS,))
async def show_organisation(call: Call) -> View:
    one = await call.db.one(organisations.ONE, str(call.path["organisation_id"]))
    found = await listing(call, LISTED_MEMBERS, one.id)
    members = [(avatar_of(member.account, member.name), member) for member in found.items]
    may_appoint = call.actor.may(APPOINT) and not await has_owner(call.db, one.id)
    able = await able_members(call.db, one.id, [member.account for member in found.items]) if may_appoint else frozenset()
    context = {
        "one": one,
        "members": members,
        "listing": found,
        "may_appoint": may_appoint,
        "able": able,
        "closing": await closing_of(call.db, one.id),
        "may_keep": call.actor.may(APPOINT),
        "form": {},
    }
    return View("admin/organisation.html", context)


@form(
    "/staff/organisations/{organisation_id:str}/owner",
    may=APPOINT,
    queries=9,
    act="authority",
    sensitive=True,
    retry=show_organisation,
    listeners=STAFF,
)
async def send_owner(call: Call) -> Redirect:
    organisation = str(call.path["organisation_id"])
    reason = checked_reason(call.form.get("reason", ""))
    await appoint_owner(call.tx, organisation, call.form.get("account", ""), reason=reason)
    return Redirect(f"/staff/organisations/{organisation}", _("Owner appointed."))


@form(
    "/staff/organisations/{organisation_id:str}/deletion/cancel",
    may=APPOINT,
    queries=8,
    act="authority",
    sensitive=True,
    retry=show_organisation,
    listeners=STAFF,
)
async def send_keep(call: Call) -> Redirect:
    organisation = str(call.path["organisation_id"])
    # Its page can have another form with a reason.
    reason = checked_reason(call.form.get("reason_to_cancel", ""), "reason_to_cancel")
    await keep_as_staff(call.tx, organisation, reason=reason)
    return Redirect(f"/staff/organisations/{organisation}", _("Deletion cancelled."))


ROUTES = (show_organisations, show_organisation, send_owner, send_keep)
