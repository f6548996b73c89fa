"""What people are notified of about their organisations."""

from __future__ import annotations

from phoenix.kernel.language import _
from phoenix.kernel.module import NotificationKind
from phoenix.modules.organisations import events

MEMBERS, OWNERSHIP = "/o/{organisation}/members", "/o/{organisation}/ownership"
YOUR_ROLE = _("You were notified because it is your role.")
WAS_MEMBER = _("You were notified because you were a member.")

NOTIFICATIONS = (
    NotificationKind(
        "organisations.invitation_accepted",
        events.MemberJoined,
        label=_("Someone accepts your invitation"),
        words=_("{subject} accepted your invitation to {organisation}"),
        why=_("You were notified because you invited them."),
        to="invited_by",
        link=MEMBERS,
    ),
    NotificationKind(
        "organisations.role_changed",
        events.RoleChanged,
        label=_("Your role changes"),
        words=_("{actor} changed your role in {organisation} to {role}"),
        why=YOUR_ROLE,
        link=MEMBERS,
    ),
    NotificationKind(
        "organisations.owner_appointed",
        events.OwnerAppointed,
        label=_("An administrator of this platform makes you an owner"),
        words=_("An administrator of this platform made you an owner of {organisation}"),
        why=YOUR_ROLE,
        link=MEMBERS,
        urgent=True,
    ),
    NotificationKind(
        "organisations.removed",
        events.MemberLeft,
        label=_("Someone removes you from an organisation"),
        words=_("{actor} removed you from {organisation}"),
        why=WAS_MEMBER,
    ),
    NotificationKind(
        "organisations.role_ended",
        events.RoleEnded,
        label=_("An administrator of this platform removes you from an organisation"),
        words=_("An administrator of this platform removed you from {organisation}"),
        why=WAS_MEMBER,
    ),
    NotificationKind(
        "organisations.ownership_offered",
        events.OwnershipOffered,
        label=_("Someone offers you their ownership"),
        words=_("{actor} offered you their ownership of {organisation}"),
        why=_("You were notified because you can accept or decline it."),
        link=OWNERSHIP,
        urgent=True,
        withdrawn_by=(events.OwnershipWithdrawn, events.OwnershipDeclined, events.OwnershipTransferred),
    ),
    NotificationKind(
        "organisations.ownership_withdrawn",
        events.OwnershipWithdrawn,
        label=_("Someone withdraws the offer of their ownership"),
        words=_("{actor} withdrew the offer of their ownership of {organisation}"),
        why=_("You were notified because it was offered to you."),
        link=MEMBERS,
    ),
    NotificationKind(
        "organisations.ownership_transferred",
        events.OwnershipTransferred,
        label=_("Someone accepts your ownership"),
        words=_("{subject} accepted your ownership of {organisation}. You're an administrator now"),
        why=_("You were notified because you offered it."),
        to="former",
        link=MEMBERS,
    ),
)
