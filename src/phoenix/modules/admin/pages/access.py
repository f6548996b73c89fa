"""The review of who has access: permissions on the platform, API keys and roles, which can be removed, revoked and ended there."""

from __future__ import annotations

from typing import Any

from phoenix.kernel.language import _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.listing import Listing, listing
from phoenix.kernel.web.pages import Redirect, View, form, page
from phoenix.modules.accounts.actions.accounts import names
from phoenix.modules.admin.actions.access import access_now, due_at, end_role_of, is_whole, revoke_key, seal_of, sign_review
from phoenix.modules.admin.pages.front import STAFF
from phoenix.modules.admin.queries import access
from phoenix.modules.admin.queries.access import KeyAccess, RoleAccess, StaffAccess

REVIEW = "platform.access"
PATH = "/staff/access"
LISTS = ("staff", "keys", "roles")


@page(PATH, may=REVIEW, queries=5, listeners=STAFF, lists=(access.STAFF, access.KEYS, access.ROLES))
async def show_access(call: Call) -> View:
    """One of the three lists, with the last review and when the next is due."""
    shown = call.query("list") if call.query("list") in LISTS else LISTS[0]
    found = await _listed(call, shown)
    review = await call.db.maybe(access.LAST_REVIEW)
    due = await due_at(call.runtime, call.db, review)
    givers = {_giver(row) for row in found.items}
    involved = {giver for giver in givers if giver} | ({review.reviewed_by} if review else set())
    context = {
        "shown": shown,
        "rows": found.items,
        "listing": found,
        "names": await names(call.db, sorted(involved)),
        "review": review,
        "whole": review is None or is_whole(call.runtime.keys, review),
        "due": due,
        "overdue": due is not None and due <= call.db.now,
        "seen": seal_of(call.runtime, await access_now(call.db)),
        "may_grant": call.actor.may("platform.grant"),
    }
    return View("admin/access.html", context)


def _giver(row: StaffAccess | KeyAccess | RoleAccess) -> str | None:
    match row:
        case StaffAccess():
            return row.granted_by
        case KeyAccess():
            return row.created_by
        case RoleAccess():
            return row.given_by


async def _listed(call: Call, shown: str) -> Listing[Any]:
    if shown == "keys":
        return await listing(call, access.KEYS, call.db.now, also={"list": shown})
    return await listing(call, access.ROLES if shown == "roles" else access.STAFF, also={"list": shown})


@form(f"{PATH}/sign", may=REVIEW, queries=4, sensitive=True, retry=show_access, listeners=STAFF)
async def send_review(call: Call) -> Redirect:
    await sign_review(call.runtime, call.tx, call.actor, seen=call.form.get("seen", ""))
    return Redirect(PATH, _("Review signed."))


@form(f"{PATH}/keys/{{key_id:str}}/revoke", may=REVIEW, act="credential", queries=7, sensitive=True, retry=show_access, listeners=STAFF)
async def send_revoke_api_key(call: Call) -> Redirect:
    await revoke_key(call.tx, call.actor, str(call.path["key_id"]))
    return Redirect(f"{PATH}?list=keys", _("API key revoked."))


@form(
    f"{PATH}/roles/{{organisation_id:str}}/{{account_id:str}}/end",
    may=REVIEW,
    act="authority",
    queries=16,
    sensitive=True,
    retry=show_access,
    listeners=STAFF,
)
async def send_end_role(call: Call) -> Redirect:
    await end_role_of(call.tx, call.actor, str(call.path["organisation_id"]), str(call.path["account_id"]))
    return Redirect(f"{PATH}?list=roles", _("Role removed."))


ROUTES = (show_access, send_review, send_revoke_api_key, send_end_role)
