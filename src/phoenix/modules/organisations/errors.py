"""Errors of organisations."""

from __future__ import annotations

from phoenix.kernel.errors import Conflict, EditConflict, NotFound


class LastOwner(Conflict):
    code, title = "last_owner", "An organisation needs an owner"


class RoleChangedSince(EditConflict):
    code, title = "role_changed_since", "Role changed by someone else"


class AlreadyMember(Conflict):
    code, title = "already_member", "Already a member"


class InvitationGone(NotFound):
    code, title = "invitation_gone", "This invitation is no longer valid"


class TooMany(Conflict):
    code, title = "too_many", "Limit reached"


class WrongAddress(Conflict):
    code, title = "wrong_address", "Invitation for another address"
