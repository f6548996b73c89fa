"""Pages of organisations: choose, begin, members, invitations, settings."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

from phoenix.kernel.data.cursors import CursorKind
from phoenix.kernel.errors import Conflict, InvalidInput, PreconditionFailed
from phoenix.kernel.i18n.addresses import parse_address
from phoenix.kernel.i18n.text import _
from phoenix.kernel.security.crypto import hash_token
from phoenix.kernel.web.page_context import initials, tone
from phoenix.kernel.web.pages import Redirect, View, Visit, form, page
from phoenix.kernel.web.rules import LOGGED_IN, PUBLIC
from phoenix.modules.organisations import queries
from phoenix.modules.organisations.actions import create, invite, members

START = (datetime(1970, 1, 1, tzinfo=UTC), "")
PLACES = CursorKind("member pages", datetime, str)
PAGE_SIZE = 50


@page("/organisations", permission=LOGGED_IN, queries=0)
async def choose(visit: Visit) -> View:
    del visit
    return View("organisations/choose.html")


@page("/organisations/new", permission=LOGGED_IN, queries=0)
async def show_new(visit: Visit) -> View:
    del visit
    return View("organisations/new.html")


@form("/organisations/new", permission=LOGGED_IN, queries=12, retry=show_new)
async def send_new(visit: Visit) -> Redirect:
    made = await create.create_organisation(visit.tx, visit.actor, name=visit.form.get("name", ""))
    return Redirect(f"/o/{made.slug}/dashboard", _("{name} is ready.").format(name=made.name))


@page("/o/{slug:str}/members", permission="organisations.read", queries=2)
async def show_members(visit: Visit) -> View:
    seat = visit.actor.require("organisations.read", visit.seat.organisation)
    after = PLACES.read(visit.runtime.keys, visit.query("cursor") or None) or START
    rows = await visit.db.all(queries.MEMBERS, seat.organisation, *after, PAGE_SIZE + 1)
    found = PLACES.page(visit.runtime.keys, rows, PAGE_SIZE, key=lambda m: (m.joined_at, m.account))
    invited = await visit.db.all(queries.INVITATIONS, seat.organisation) if "organisations.invite" in seat.permissions else []
    mine = members.ROLES.index(seat.role)
    context = {
        "members": [
            {
                "account": m.account,
                "name": m.name,
                "email": m.email,
                "initials": initials(m.name),
                "tone": tone(m.account),
                "role": m.role,
                "joined_at": m.joined_at,
            }
            for m in found.items
        ],
        "invitations": invited,
        "roles": members.ROLES[mine:],
        "older": f"/o/{seat.slug}/members?cursor={quote(found.next_cursor)}" if found.next_cursor else "",
        "form": {"email": "", "role": "member"},
    }
    return View("organisations/members.html", context)


@form("/o/{slug:str}/members/invite", permission="organisations.invite", queries=4, retry=show_members)
async def send_invite(visit: Visit) -> Redirect:
    seat = visit.seat
    email = visit.form.get("email", "")
    try:
        await invite.invite(visit.runtime, visit.tx, visit.actor, seat.organisation, email=email, role=visit.form.get("role", ""))
    except Conflict as refusal:
        raise InvalidInput(refusal.detail, errors=refusal.errors) from refusal
    return Redirect(f"/o/{seat.slug}/members", _("The invitation is on its way."))


@form("/o/{slug:str}/members/{account_id:str}/role", permission="organisations.manage", queries=5, retry=show_members)
async def send_role(visit: Visit) -> Redirect:
    seat = visit.seat
    try:
        await members.change_role(visit.tx, visit.actor, seat.organisation, visit.path["account_id"], role=visit.form.get("role", ""))
    except Conflict as refusal:
        raise InvalidInput(refusal.detail) from refusal
    return Redirect(f"/o/{seat.slug}/members", _("The role is changed."))


@form("/o/{slug:str}/members/{account_id:str}/remove", permission="organisations.read", queries=5, retry=show_members)
async def send_remove(visit: Visit) -> Redirect:
    seat, account = visit.seat, visit.path["account_id"]
    try:
        await members.remove_member(visit.tx, visit.actor, seat.organisation, account)
    except Conflict as refusal:
        raise InvalidInput(refusal.detail) from refusal
    if account == visit.actor.account:
        return Redirect("/organisations", _("You left {name}.").format(name=seat.name))
    return Redirect(f"/o/{seat.slug}/members", _("They are no longer a member."))


@form("/o/{slug:str}/invitations/{invitation_id:str}/revoke", permission="organisations.invite", queries=3)
async def send_revoke(visit: Visit) -> Redirect:
    await invite.revoke_invitation(visit.tx, visit.actor, visit.seat.organisation, visit.path["invitation_id"])
    return Redirect(f"/o/{visit.seat.slug}/members", _("The invitation is withdrawn."))


@form("/o/{slug:str}/invitations/{invitation_id:str}/resend", permission="organisations.invite", queries=3)
async def send_resend(visit: Visit) -> Redirect:
    await invite.resend_invitation(visit.runtime, visit.tx, visit.actor, visit.seat.organisation, visit.path["invitation_id"])
    return Redirect(f"/o/{visit.seat.slug}/members", _("Another mail is on its way. The link in the former one no longer works."))


@page("/invitations/accept", permission=PUBLIC, queries=1)
async def show_invitation(visit: Visit) -> View:
    token = visit.form.get("token") or visit.query("token")
    offer = await visit.db.maybe(queries.OFFER_TO_READ, hash_token(token), visit.db.now)
    other = bool(offer and visit.visitor and parse_address(visit.visitor.record.email).key != offer.email_key)
    context = {"token": token, "offer": offer, "signed_in_as_other": other, "next": f"/invitations/accept?token={quote(token)}"}
    return View("organisations/invitation.html", context)


@form("/invitations/accept", permission=LOGGED_IN, queries=4, retry=show_invitation)
async def send_accept(visit: Visit) -> Redirect:
    try:
        offer = await invite.accept_invitation(visit.tx, visit.actor, visit.form.get("token", ""))
    except Conflict as refusal:
        raise InvalidInput(refusal.detail) from refusal
    return Redirect(f"/o/{offer.organisation_slug}/feed", _("You are a member of {name} now.").format(name=offer.organisation_name))


@page("/o/{slug:str}/settings", permission="organisations.manage", queries=2)
async def show_settings(visit: Visit) -> View:
    seat = visit.actor.require("organisations.manage", visit.seat.organisation)
    found = await visit.db.one(queries.ORGANISATION, seat.organisation)
    owners = await visit.db.one(queries.OWNERS, seat.organisation)
    context = {"form": {"name": found.name}, "version": found.version, "may_leave": seat.role != "owner" or owners > 1}
    return View("organisations/settings.html", context)


@form("/o/{slug:str}/settings", permission="organisations.manage", queries=3, retry=show_settings)
async def send_settings(visit: Visit) -> Redirect:
    seat = visit.seat
    version = visit.form.get("version", "")
    known = int(version) if version.isdecimal() and len(version) < 10 else None
    try:
        await create.rename_organisation(visit.tx, visit.actor, seat.organisation, name=visit.form.get("name", ""), version=known)
    except PreconditionFailed as refusal:
        raise InvalidInput(refusal.detail) from refusal
    return Redirect(f"/o/{seat.slug}/settings", _("The organisation is saved."))


ROUTES = (
    choose,
    show_new,
    send_new,
    show_members,
    send_invite,
    send_role,
    send_remove,
    send_revoke,
    send_resend,
    show_invitation,
    send_accept,
    show_settings,
    send_settings,
)
