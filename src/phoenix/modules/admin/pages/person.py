"""One person: what is known of the account, and what staff do to it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from phoenix.kernel.errors import Conflict, InvalidInput
from phoenix.kernel.i18n.text import _
from phoenix.kernel.module import Permission
from phoenix.kernel.web.page_context import face
from phoenix.kernel.web.pages import Redirect, View, Visit, form, page
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.actions import permissions, staff
from phoenix.modules.accounts.actions.impersonate import IMPERSONATE
from phoenix.modules.accounts.queries import personal
from phoenix.modules.accounts.queries import staff as people
from phoenix.modules.admin.pages.front import STAFF
from phoenix.modules.admin.pages.people import READ
from phoenix.modules.admin.queries.organisations import MEMBERSHIPS

WRITE = "platform.people_write"
GRANT = "platform.grant"
EXPORT = "platform.people_export"
PATH = "/staff/people/{account_id:str}"


@page(PATH, permission=READ, queries=7, listeners=STAFF)
async def show_person(visit: Visit) -> View:
    """Everything about one account on one page."""
    account, actor = str(visit.path["account_id"]), visit.actor
    person = await visit.db.one(people.PERSON, account, visit.db.now)
    granted = await visit.db.all(people.PERMISSIONS, account)
    happened = await visit.db.all(queries.SECURITY_EVENTS, account)
    involved = {i for h in happened for i in (h.actor, h.impersonator) if i} | {g.granted_by for g in granted if g.granted_by}
    held = {one.permission for one in granted}
    context = {
        "person": person,
        "face": face(person.id, person.name),
        "sessions": await visit.db.all(queries.SESSIONS, account, visit.db.now),
        "memberships": await visit.db.all(MEMBERSHIPS, account),
        "granted": granted,
        "on_offer": [p for p in platform_permissions(visit) if p.name not in held and _may_give(visit, p.name)],
        "happened": happened,
        "names": await queries.names(visit.db, sorted(involved)),
        "may_write": actor.may(WRITE),
        "may_grant": actor.may(GRANT),
        "exports": await visit.db.all(personal.EXPORTS, account, visit.db.now) if actor.may(EXPORT) else [],
        "may_export": actor.may(EXPORT) and person.kind == "person",
        "may_look": actor.may(IMPERSONATE) and not held and account != actor.account and person.kind == "person",
        "is_self": account == actor.account,
    }
    return View("admin/person.html", context)


@form(f"{PATH}/lock", permission=WRITE, queries=6, sensitive=True, retry=show_person, listeners=STAFF)
async def send_lock(visit: Visit) -> Redirect:
    with _as_refusal():
        await staff.lock_account(visit.tx, visit.actor, _account(visit), reason=visit.form.get("reason", ""))
    return _back(visit, _("The account is locked, and every session of it has ended."))


@form(f"{PATH}/unlock", permission=WRITE, queries=5, sensitive=True, retry=show_person, listeners=STAFF)
async def send_unlock(visit: Visit) -> Redirect:
    with _as_refusal():
        await staff.open_account(visit.tx, visit.actor, _account(visit))
    return _back(visit, _("The account is open again."))


@form(f"{PATH}/clear-waiting", permission=WRITE, queries=4, sensitive=True, retry=show_person, listeners=STAFF)
async def send_clear_waiting(visit: Visit) -> Redirect:
    with _as_refusal():
        await staff.clear_waiting(visit.tx, visit.actor, _account(visit))
    return _back(visit, _("They can try again at once."))


@form(f"{PATH}/sessions/{{session_id:str}}/end", permission=WRITE, queries=4, sensitive=True, retry=show_person, listeners=STAFF)
async def send_end_session(visit: Visit) -> Redirect:
    with _as_refusal():
        await staff.end_one(visit.tx, visit.actor, _account(visit), str(visit.path["session_id"]))
    return _back(visit, _("That session has ended."))


@form(f"{PATH}/sessions/end-all", permission=WRITE, queries=4, sensitive=True, retry=show_person, listeners=STAFF)
async def send_end_all(visit: Visit) -> Redirect:
    with _as_refusal():
        await staff.end_all(visit.tx, visit.actor, _account(visit))
    return _back(visit, _("All sessions have ended."))


@form(f"{PATH}/force-reset", permission=WRITE, queries=7, sensitive=True, retry=show_person, listeners=STAFF)
async def send_force_reset(visit: Visit) -> Redirect:
    with _as_refusal():
        await staff.force_reset(visit.tx, visit.actor, _account(visit))
    return _back(visit, _("The password no longer works. A mail with the way to a new one is on its way."))


@form(f"{PATH}/reset-factors", permission=WRITE, queries=7, sensitive=True, retry=show_person, listeners=STAFF)
async def send_reset_factors(visit: Visit) -> Redirect:
    with _as_refusal():
        await staff.reset_second_factors(visit.tx, visit.actor, _account(visit))
    return _back(visit, _("The second factors are gone. A mail tells the person."))


@form(f"{PATH}/permissions/grant", permission=GRANT, queries=5, sensitive=True, retry=show_person, listeners=STAFF)
async def send_grant(visit: Visit) -> Redirect:
    with _as_refusal():
        await permissions.grant(visit.runtime, visit.tx, visit.actor, _account(visit), visit.form.get("permission", ""))
    return _back(visit, _("The permission is granted. It counts at once."))


@form(f"{PATH}/permissions/take", permission=GRANT, queries=7, sensitive=True, retry=show_person, listeners=STAFF)
async def send_take(visit: Visit) -> Redirect:
    with _as_refusal():
        await permissions.take(visit.runtime, visit.tx, visit.actor, _account(visit), visit.form.get("permission", ""))
    return _back(visit, _("The permission is taken. It no longer counts."))


def platform_permissions(visit: Visit) -> list[Permission]:
    """What one may be allowed on the whole platform."""
    return [permission for permission in visit.runtime.registry.permissions.values() if permission.scope == "platform"]


@contextlib.contextmanager
def _as_refusal() -> Iterator[None]:
    """A conflict is told on the page the form was on."""
    try:
        yield
    except Conflict as refusal:
        raise InvalidInput(refusal.detail) from refusal


def _may_give(visit: Visit, permission: str) -> bool:
    mine = visit.path["account_id"] == visit.actor.account
    return visit.actor.may(permission) if mine else staff.may_give(visit.actor, permission)


def _account(visit: Visit) -> str:
    return str(visit.path["account_id"])


def _back(visit: Visit, toast: str) -> Redirect:
    return Redirect(f"/staff/people/{_account(visit)}", toast)


ROUTES = (
    show_person,
    send_lock,
    send_unlock,
    send_clear_waiting,
    send_end_session,
    send_end_all,
    send_force_reset,
    send_reset_factors,
    send_grant,
    send_take,
)
