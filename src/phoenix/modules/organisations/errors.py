"""Why organisations refuse."""

from __future__ import annotations

from phoenix.kernel.errors import Conflict, NotFound


class LastOwner(Conflict):
    code, title = "last_owner", "An organisation needs an owner"


class AlreadyMember(Conflict):
    code, title = "already_member", "That person is a member already"


class InvitationGone(NotFound):
    code, title = "invitation_gone", "This invitation does not hold any more"


class WrongAddress(Conflict):
    code, title = "wrong_address", "This invitation was sent to another address"
