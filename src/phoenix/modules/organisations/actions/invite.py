"""Invite people by email, and accept."""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct, structs

from phoenix.kernel.actor import Actor, Membership
from phoenix.kernel.cache.limits import Limit
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.data.jobs import JobKind, enqueue
from phoenix.kernel.data.query import Query
from phoenix.kernel.email.mailer import EMAIL_ATTEMPTS
from phoenix.kernel.errors import Conflict, FieldError, NotFound
from phoenix.kernel.i18n.addresses import parse_address
from phoenix.kernel.i18n.fields import Fields
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import hash_token, new_token
from phoenix.modules.organisations import queries
from phoenix.modules.organisations.actions.create import check_count
from phoenix.modules.organisations.actions.members import ROLES, add_member, check_role, roles_to_invite_for
from phoenix.modules.organisations.errors import AlreadyMember, InvitationGone, TooMany, WrongAddress
from phoenix.modules.organisations.events import InvitationDeclined, InvitationRevoked, MemberInvited
from phoenix.modules.organisations.queries import OpenInvitation, invited, owners, withdraw

LIVES = timedelta(days=7)
MOST_INVITATIONS = 200
INVITATIONS_AN_HOUR = Limit("invitations", 100, 3600)


class Invited(Struct, frozen=True):
    """The invitation to send."""

    invitation: str


SEND_INVITATION = JobKind("organisations.send_invitation", Invited, attempts=EMAIL_ATTEMPTS)


async def invite(runtime: Runtime, tx: Transaction, member: Membership, *, email: str, role: str) -> str:
    """Invite an address. Returns the invitation's id. Inviting it again sends a new email, and the old link stops working.

    Raises InvalidInput for an invalid address or role, AlreadyMember, or Forbidden for a role above one's own.
    """
    fields = Fields()
    address = fields.email(email)
    fields.one_of("role", role, ROLES, _("Choose a role."))
    fields.check()
    check_role(member, role)
    await runtime.limiter.require(INVITATIONS_AN_HOUR, member.account)
    await queries.hold_memberships(tx, member.organisation)
    # Inviting again replaces what was offered, so it takes as much as withdrawing that.
    if (offered := await tx.maybe(withdraw.OPEN_TO_ADDRESS, member.organisation, address.key)) is not None:
        check_role(member, offered)
    if await tx.one(queries.IS_MEMBER_BY_EMAIL, member.organisation, address.key):
        sentence = _("This person is already a member of the organisation.")
        raise AlreadyMember(sentence, errors=(FieldError("email", "already_member", sentence),))
    if await tx.one(queries.COUNT_INVITATIONS, member.organisation, address.key) >= MOST_INVITATIONS:
        raise TooMany(_("There are {most} pending invitations, which is the limit. Revoke some first.").format(most=MOST_INVITATIONS))
    invitation = await tx.one(
        queries.INVITE,
        new_id("inv"),
        member.organisation,
        address.display,
        address.key,
        role,
        member.account,
        hash_token(new_token()),
        tx.now + LIVES,
        tx.now,
    )
    await enqueue(tx, SEND_INVITATION, Invited(invitation))
    tx.record(MemberInvited(organisation=member.organisation, subject=invitation, role=role))
    return invitation


async def resend_invitation(runtime: Runtime, tx: Transaction, member: Membership, invitation: str) -> None:
    """Send the email again, with a new link. Raises NotFound, and Forbidden for a role above one's own."""
    await runtime.limiter.require(INVITATIONS_AN_HOUR, member.account)
    await _changeable(tx, member, invitation)
    await enqueue(tx, SEND_INVITATION, Invited(invitation))


async def revoke_invitation(tx: Transaction, member: Membership, invitation: str) -> None:
    """Revoke an invitation; its link stops working. Raises NotFound, and Forbidden for a role above one's own."""
    await _changeable(tx, member, invitation)
    await tx.execute(queries.REVOKE, invitation, tx.now)
    tx.record(InvitationRevoked(organisation=member.organisation, subject=invitation))


async def accept_invitation(runtime: Runtime, tx: Transaction, actor: Actor, token: str) -> OpenInvitation:
    """Join. Returns the invitation with the role that the person has now. Raises InvitationGone for a link that no longer works, WrongAddress if it was sent to someone else's address."""
    return await _accept(runtime, tx, actor, await _held(tx, queries.OPEN_INVITATION, hash_token(token), tx.now))


async def join(runtime: Runtime, tx: Transaction, actor: Actor, invitation: str) -> OpenInvitation:
    """Accept an open invitation to one's own address, without its link. Otherwise like `accept_invitation`."""
    key = parse_address(actor.record.email).key
    return await _accept(runtime, tx, actor, await _held(tx, invited.OPEN_TO_BY_ID, invitation, tx.now, key))


async def decline(tx: Transaction, actor: Actor, invitation: str) -> None:
    """Decline an invitation to one's own address; its link stops working. Raises InvitationGone."""
    organisation = await tx.maybe(invited.DECLINE, invitation, parse_address(actor.record.email).key, tx.now)
    if organisation is None:
        raise InvitationGone(_("This invitation has already been accepted, declined or revoked."))
    tx.record(InvitationDeclined(organisation=organisation, subject=invitation))


async def invitations_to(runtime: Runtime, db: Reader, actor: Actor) -> list[OpenInvitation]:
    """The open invitations to one's own address, newest first, except those that their inviter could no longer send or that came too late."""
    found = await db.all(invited.OPEN_TO, parse_address(actor.record.email).key, db.now)
    return [one for one in found if may_still_invite(runtime, one) and actor.membership(one.organisation) is None]


async def _accept(runtime: Runtime, tx: Transaction, actor: Actor, invitation: OpenInvitation | None) -> OpenInvitation:
    if invitation is None:
        raise InvitationGone(
            _(
                "This invitation has been used or revoked, or it has expired. Ask an owner or administrator of the organisation to send a new one."
            )
        )
    if parse_address(actor.record.email).key != invitation.email_key:
        raise WrongAddress(_("This invitation is for a different address. Sign in with that address, or ask for a new invitation."))
    if not may_still_invite(runtime, invitation):
        raise InvitationGone(
            _(
                "The person who sent this invitation can't invite you any more. Ask an owner or administrator of the organisation to send a new one."
            )
        )
    await check_count(tx, actor.account)
    # Someone who locks the inviter at this moment withdraws it without the organisation's lock.
    if await tx.spend(queries.ACCEPT, invitation.id, tx.now) is None:
        raise InvitationGone(
            _(
                "This invitation has been used or revoked, or it has expired. Ask an owner or administrator of the organisation to send a new one."
            )
        )
    role = await add_member(tx, invitation.organisation, actor.account, role=invitation.role, invited_by=invitation.invited_by)
    if not await tx.one(owners.ABLE_OWNERS, invitation.organisation, ""):
        raise Conflict(
            _("This organisation has no owner who can sign in and isn't leaving, so nobody can join it. Ask one of its members.")
        )
    return structs.replace(invitation, role=role)


async def _held(tx: Transaction, which: Query[OpenInvitation], *given: object) -> OpenInvitation | None:
    """An open invitation as it is while the memberships of its organisation are held: its inviter's right stays what is seen here."""
    found = await tx.maybe(which, *given)
    if found is None:
        return None
    await queries.hold_memberships(tx, found.organisation)
    return await tx.maybe(which, *given)


def may_still_invite(runtime: Runtime, invitation: OpenInvitation) -> bool:
    """Whether the inviter could still send this invitation: they cannot grant what they have lost since."""
    return invitation.role in roles_to_invite_for(runtime, invitation.inviter_role)


async def _changeable(tx: Transaction, member: Membership, invitation: str) -> None:
    """What is taken is compared as what is given is: an invitation for a higher role is not theirs to withdraw or to send again."""
    found = await tx.maybe(queries.INVITATION, invitation, member.organisation)
    if found is None:
        raise NotFound(_("This invitation has already been accepted or revoked."))
    check_role(member, found.role)
