"""Pages for the person who is invited: the link of the email, and joining or declining from the list of open invitations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phoenix.kernel.i18n.addresses import parse_address
from phoenix.kernel.i18n.isolation import isolated
from phoenix.kernel.i18n.templates import query
from phoenix.kernel.language import _
from phoenix.kernel.security.crypto import hash_token
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import Redirect, View, form, page
from phoenix.kernel.web.rules import PUBLIC, SIGNED_IN
from phoenix.modules.organisations import queries
from phoenix.modules.organisations.actions import invite
from phoenix.modules.organisations.pages.organisations import choose
from phoenix.modules.organisations.queries import OpenInvitation, invited
from phoenix.modules.organisations.queries.invited import OpenedInvitation


@page("/invitations/accept", may=PUBLIC, queries=2)
async def show_invitation(call: Call) -> View | Redirect:
    """The page of the link in the email. Opening it uses nothing up; for someone who has joined it leads to the organisation."""
    token = call.form.get("token") or call.query("token")
    found = await call.db.maybe(queries.OPEN_INVITATION, hash_token(token), call.db.now)
    used = None if found else await _used(call, token)
    about = found or used
    mine = bool(about and call.user and parse_address(call.user.record.email).key == about.email_key)
    membership = call.user.membership(about.organisation) if about and call.user and mine else None
    if used is not None and membership is not None:
        return Redirect(f"/o/{membership.slug}/feed")
    context = {
        "token": token,
        "invitation": found,
        "used": None if mine else used,
        "signed_in_as_other": bool(about and call.user and not mine),
        "role": membership.role if membership else "",
        "next": query("/invitations/accept", token=token),
    }
    return View("organisations/invitation.html", context)


@form("/invitations/accept", may=SIGNED_IN, queries=9, act="authority", step_up=False, retry=show_invitation)
async def send_accept(call: Call) -> Redirect:
    return _joined(call, await invite.accept_invitation(call.runtime, call.tx, call.actor, call.form.get("token", "")))


@form("/invitations/{invitation_id:str}/join", may=SIGNED_IN, queries=9, act="authority", step_up=False, retry=choose)
async def send_join(call: Call) -> Redirect:
    return _joined(call, await invite.join(call.runtime, call.tx, call.actor, call.path["invitation_id"]))


@form("/invitations/{invitation_id:str}/decline", frees=True, may=SIGNED_IN, queries=2, act="authority", step_up=False, retry=choose)
async def send_decline(call: Call) -> Redirect:
    await invite.decline(call.tx, call.actor, call.path["invitation_id"])
    return Redirect("/organisations", _("Invitation declined."))


async def open_invitations(call: Call) -> Mapping[str, Any]:
    """The open invitations to the reader, on pages of other modules: one query."""
    return {"invitations": await invite.invitations_to(call.runtime, call.db, call.actor)}


async def _used(call: Call, token: str) -> OpenedInvitation | None:
    opened = await call.db.maybe(invited.OPENED, hash_token(token))
    return opened if opened is not None and opened.accepted else None


def _joined(call: Call, invitation: OpenInvitation) -> Redirect:
    """To the organisation. Someone who was a member already has the role they had, not that of the invitation."""
    name = isolated(invitation.organisation_name)
    if call.actor.membership(invitation.organisation) is not None:
        return Redirect(
            f"/o/{invitation.organisation_slug}/feed", _("You're already a member of {name}. Your role is unchanged.").format(name=name)
        )
    return Redirect(f"/o/{invitation.organisation_slug}/feed", _("You're now a member of {name}.").format(name=name))


ROUTES = (show_invitation, send_accept, send_join, send_decline)
