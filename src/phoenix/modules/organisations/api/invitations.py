"""JSON routes for the person who is invited: their open invitations, accepted or declined without the link."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.data.cursors import Page
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.endpoint import get, post
from phoenix.kernel.web.rules import SIGNED_IN
from phoenix.modules.organisations.actions import invite
from phoenix.modules.organisations.api.organisations import Joined


class OpenInvitationAnswer(Struct):
    """An invitation to your own address. `invited_by` and `inviter_name` are of the person who sent it."""

    id: str
    organisation: str
    organisation_name: str
    role: str
    invited_by: str
    inviter_name: str


@get("/api/v2/invitations", may=SIGNED_IN, queries=1)
async def list_my_invitations(call: Call) -> Page[OpenInvitationAnswer]:
    """List the open invitations to your own address, newest first, at most 20."""
    return Page(
        [
            OpenInvitationAnswer(one.id, one.organisation, one.organisation_name, one.role, one.invited_by, one.inviter_name)
            for one in await invite.invitations_to(call.runtime, call.db, call.actor)
        ]
    )


@post("/api/v2/invitations/{invitation_id:str}/accept", may=SIGNED_IN, queries=9, act="authority", step_up=False, problems=(404,))
async def accept_my_invitation(call: Call, invitation_id: str) -> Joined:
    """Join the organisation you were invited to, without the link from the email."""
    joined = await invite.join(call.runtime, call.tx, call.actor, invitation_id)
    return Joined(joined.organisation, joined.role)


@post(
    "/api/v2/invitations/{invitation_id:str}/decline",
    may=SIGNED_IN,
    queries=2,
    act="authority",
    step_up=False,
    frees=True,
    problems=(404,),
)
async def decline_my_invitation(call: Call, invitation_id: str) -> None:
    """Decline an invitation to your own address. Its link stops working."""
    await invite.decline(call.tx, call.actor, invitation_id)


ROUTES = (list_my_invitations, accept_my_invitation, decline_my_invitation)
