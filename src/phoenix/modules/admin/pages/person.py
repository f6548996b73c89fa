"""One person: the details of the account, and the actions of staff on it."""

from __future__ import annotations

from phoenix.kernel.i18n.avatars import avatar_of
from phoenix.kernel.language import _
from phoenix.kernel.module import Permission
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.listing import plain_listing
from phoenix.kernel.web.pages import Redirect, View, form, page
from phoenix.kernel.web.slots import fill
from phoenix.modules.accounts.actions.accounts import names
from phoenix.modules.accounts.actions.activity import recent_events
from phoenix.modules.accounts.actions.export_data import exports_of
from phoenix.modules.admin.actions import people, permissions
from phoenix.modules.admin.pages.front import STAFF
from phoenix.modules.admin.pages.people import READ
from phoenix.modules.admin.queries import people as queries
from phoenix.modules.admin.queries.organisations import MEMBERSHIPS
from phoenix.modules.impersonation.actions import IMPERSONATE
from phoenix.modules.sessions.actions.list import open_sessions

WRITE = "platform.people_write"
GRANT = "platform.grant"
EXPORT = "platform.people_export"
PATH = "/staff/people/{account_id:str}"


@page(PATH, may=READ, queries=7, listeners=STAFF, slots=("person",))
async def show_person(call: Call) -> View:
    """Everything about one account on one page."""
    account, actor = str(call.path["account_id"]), call.actor
    person = await call.db.one(queries.PERSON, account, call.db.now)
    granted = await call.db.all(queries.PERMISSIONS, account)
    events = await recent_events(call.db, account)
    involved = {i for e in events for i in (e.actor, e.impersonator) if i} | {g.granted_by for g in granted if g.granted_by}
    held = {one.permission for one in granted}
    within_reach, stays = people.may_change(actor, held), person.erased_at is None
    can_be_staff = stays and person.kind == "person" and person.locked_at is None
    sessions = await open_sessions(call.runtime, call.db, account, cursor=call.query("cursor") or None)
    context = {
        "person": person,
        "person_avatar": avatar_of(person.id, person.name),
        "sessions": sessions.items,
        "listing": plain_listing(call, sessions),
        "memberships": await call.db.all(MEMBERSHIPS, account),
        "granted": granted,
        "on_offer": [p for p in platform_permissions(call) if can_be_staff and p.name not in held and _may_give(call, p.name)],
        "events": events,
        "names": await names(call.db, sorted(involved)),
        "may_write": actor.may(WRITE) and within_reach and stays,
        "may_grant": actor.may(GRANT) and within_reach and stays,
        "within_reach": within_reach,
        "exports": await exports_of(call.db, account) if actor.may(EXPORT) else [],
        "may_export": actor.may(EXPORT) and person.kind == "person" and within_reach,
        "may_impersonate": actor.may(IMPERSONATE) and not held and account != actor.account and can_be_staff,
        "is_self": account == actor.account,
        "more": await fill(call, "person") if person.kind == "person" else [],
    }
    return View("admin/person.html", context)


@form(f"{PATH}/lock", may=WRITE, queries=16, sensitive=True, retry=show_person, listeners=STAFF)
async def send_lock(call: Call) -> Redirect:
    await people.lock_account(call.tx, call.actor, _account(call), reason=call.form.get("reason", ""))
    return _back(call, _("Account locked. All devices were signed out."))


@form(f"{PATH}/unlock", may=WRITE, queries=6, sensitive=True, retry=show_person, listeners=STAFF)
async def send_unlock(call: Call) -> Redirect:
    await people.unlock_account(call.tx, call.actor, _account(call))
    return _back(call, _("Account unlocked."))


@form(f"{PATH}/clear-waiting", may=WRITE, queries=4, sensitive=True, retry=show_person, listeners=STAFF)
async def send_resume_sign_in(call: Call) -> Redirect:
    await people.resume_sign_in(call.tx, call.actor, _account(call))
    return _back(call, _("Rate limit removed."))


@form(f"{PATH}/sessions/{{session_id:str}}/end", may=WRITE, queries=4, sensitive=True, retry=show_person, listeners=STAFF)
async def send_end_session(call: Call) -> Redirect:
    await people.end_session(call.tx, call.actor, _account(call), str(call.path["session_id"]))
    return _back(call, _("Device signed out."))


@form(f"{PATH}/sessions/end-all", may=WRITE, queries=4, sensitive=True, retry=show_person, listeners=STAFF)
async def send_end_all(call: Call) -> Redirect:
    await people.end_all_sessions(call.tx, call.actor, _account(call))
    return _back(call, _("All devices signed out."))


@form(f"{PATH}/force-reset", may=WRITE, queries=9, sensitive=True, retry=show_person, listeners=STAFF)
async def send_force_reset(call: Call) -> Redirect:
    await people.force_reset(call.tx, call.actor, _account(call))
    return _back(call, _("Password reset. We've emailed them a link to set a new one."))


@form(f"{PATH}/reset-factors", may=WRITE, queries=7, sensitive=True, retry=show_person, listeners=STAFF)
async def send_reset_factors(call: Call) -> Redirect:
    await people.reset_second_factors(call.tx, call.actor, _account(call))
    return _back(call, _("Two-step verification reset. We've emailed them."))


@form(f"{PATH}/permissions/grant", may=GRANT, queries=5, sensitive=True, retry=show_person, listeners=STAFF)
async def send_grant_permission(call: Call) -> Redirect:
    await permissions.grant(call.runtime, call.tx, call.actor, _account(call), call.form.get("permission", ""))
    return _back(call, _("Permission granted."))


@form(f"{PATH}/permissions/take", may=GRANT, queries=7, sensitive=True, retry=show_person, listeners=STAFF)
async def send_remove_permission(call: Call) -> Redirect:
    await permissions.remove(call.runtime, call.tx, call.actor, _account(call), call.form.get("permission", ""))
    return _back(call, _("Permission removed."))


def platform_permissions(call: Call) -> list[Permission]:
    """The permissions that can be granted on the whole platform."""
    return [permission for permission in call.registry.permissions.values() if permission.scope == "platform"]


def _may_give(call: Call, permission: str) -> bool:
    mine = call.path["account_id"] == call.actor.account
    return call.actor.may(permission) if mine else people.may_give(call.actor, permission)


def _account(call: Call) -> str:
    return str(call.path["account_id"])


def _back(call: Call, toast: str) -> Redirect:
    return Redirect(f"/staff/people/{_account(call)}", toast)


ROUTES = (
    show_person,
    send_lock,
    send_unlock,
    send_resume_sign_in,
    send_end_session,
    send_end_all,
    send_force_reset,
    send_reset_factors,
    send_grant_permission,
    send_remove_permission,
)
