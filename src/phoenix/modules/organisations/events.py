"""Events of organisations and their members. The subject of a membership event is the member's account."""

from __future__ import annotations

from phoenix.kernel.data.events import Event


class OrganisationCreated(Event, frozen=True, kw_only=True, kind="organisations.created"):
    name: str


class OrganisationRenamed(Event, frozen=True, kw_only=True, kind="organisations.renamed"):
    name: str
    before: str


class OrganisationSettingsChanged(Event, frozen=True, kw_only=True, kind="organisations.settings_changed"):
    """Its language or its time zone was changed."""

    fields: list[str]


class MemberInvited(Event, frozen=True, kw_only=True, kind="organisations.member_invited"):
    """The subject is the invitation."""

    role: str


class InvitationRevoked(Event, frozen=True, kw_only=True, kind="organisations.invitation_revoked"):
    """The subject is the invitation."""


class InvitationDeclined(Event, frozen=True, kw_only=True, kind="organisations.invitation_declined"):
    """Someone declined the invitation to their address. The subject is the invitation."""


class MemberJoined(Event, frozen=True, kw_only=True, kind="organisations.member_joined"):
    role: str
    invited_by: str


class MemberLeft(Event, frozen=True, kw_only=True, kind="organisations.member_left"):
    """Someone left, or was removed by the actor."""


class RoleEnded(Event, frozen=True, kw_only=True, kind="organisations.role_ended"):
    """Staff removed a member."""


class RoleChanged(Event, frozen=True, kw_only=True, kind="organisations.role_changed"):
    role: str
    before: str


class OwnerAppointed(Event, frozen=True, kw_only=True, kind="organisations.owner_appointed"):
    """Staff made a member an owner, since none was left who could sign in."""

    before: str
    reason: str


class ServiceAccountAdded(Event, frozen=True, kw_only=True, kind="organisations.service_account_added"):
    """The subject is the service account."""

    role: str


class ServiceAccountRemoved(Event, frozen=True, kw_only=True, kind="organisations.service_account_removed"):
    """The subject is the service account."""


class DeletionScheduled(Event, frozen=True, kw_only=True, kind="organisations.deletion_scheduled"):
    """An owner asked for the deletion of the organisation. The subject is the organisation, here and below."""


class DeletionCancelled(Event, frozen=True, kw_only=True, kind="organisations.deletion_cancelled"):
    """An owner cancelled the deletion."""


class DeletionCancelledByStaff(Event, frozen=True, kw_only=True, kind="organisations.deletion_cancelled_by_staff"):
    """Staff cancelled the deletion at someone's request."""

    reason: str


class DeletionPostponed(Event, frozen=True, kw_only=True, kind="organisations.deletion_postponed"):
    """It was due, but no owner could have cancelled it."""


class CopyRequested(Event, frozen=True, kw_only=True, kind="organisations.copy_requested"):
    """An owner asked for a copy of all that the organisation holds."""


class OrganisationDeleted(Event, frozen=True, kw_only=True, kind="organisations.deleted"):
    """Its grace period was over: it is gone, in every module."""


class OwnershipOffered(Event, frozen=True, kw_only=True, kind="organisations.ownership_offered"):
    """An owner offered their ownership to the member who is the subject."""


class OwnershipWithdrawn(Event, frozen=True, kw_only=True, kind="organisations.ownership_withdrawn"):
    """An owner withdrew the offer to the subject."""


class OwnershipDeclined(Event, frozen=True, kw_only=True, kind="organisations.ownership_declined"):
    """The subject declined."""


class OwnershipTransferred(Event, frozen=True, kw_only=True, kind="organisations.ownership_transferred"):
    """The subject accepted and is an owner; `former` offered it and is an administrator now."""

    former: str
    before: str
