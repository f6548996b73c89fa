"""Transfer of ownership: an owner offers it to a member, who accepts within a week. Then that owner becomes an administrator."""

from __future__ import annotations

from datetime import timedelta

from phoenix.kernel.actor import Membership
from phoenix.kernel.cache.keys import ACCOUNT, MEMBERS
from phoenix.kernel.cache.limits import Limit
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.data.jobs import enqueue
from phoenix.kernel.errors import Conflict, FieldError, InvalidInput, NotFound
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.modules.organisations import queries
from phoenix.modules.organisations.actions.members import roles_to_invite_for
from phoenix.modules.organisations.actions.offers import TELL_OF_OFFER, OfferChanged
from phoenix.modules.organisations.actions.owners import OWNER
from phoenix.modules.organisations.actions.withdraw import withdraw_invitations
from phoenix.modules.organisations.events import OwnershipDeclined, OwnershipOffered, OwnershipTransferred, OwnershipWithdrawn
from phoenix.modules.organisations.notices import ACCEPTED, DECLINED, OFFERED, WITHDRAWN
from phoenix.modules.organisations.queries import owners, transfer
from phoenix.modules.organisations.queries.transfer import Candidate, Offer

__all__ = ["Candidate", "Offer"]

LIVES = timedelta(days=7)
# Of an owner in an organisation: all owners are emailed, and again when it is withdrawn.
OFFERS_A_DAY = Limit("ownership_offer", 10, 86_400)
AFTERWARDS = "administrator"
GONE = _("This offer is no longer open. It was accepted, declined or withdrawn, or it has expired.")


async def offer_of(db: Reader, organisation: str) -> Offer | None:
    """The open offer, if there is one that could be accepted now."""
    return await db.maybe(transfer.OFFER, organisation, db.now)


async def offer_ownership(runtime: Runtime, tx: Transaction, member: Membership, account: str) -> Offer:
    """Offer ownership to a member who can sign in. Raises Conflict while another offer is open, InvalidInput for anyone else."""
    await queries.hold_memberships(tx, member.organisation)
    if await offer_of(tx, member.organisation) is not None:
        raise Conflict(_("Ownership has already been offered to someone. Withdraw that offer first."))
    role = await tx.maybe(owners.ABLE_ROLE, member.organisation, account)
    if role is None or role == OWNER:
        sentence = _("Choose a member who can sign in and is not an owner yet.")
        raise InvalidInput(errors=(FieldError("account", "not_able", sentence),))
    await runtime.limiter.require(OFFERS_A_DAY, f"{member.organisation} {member.account}")
    await tx.execute(transfer.DELETE, member.organisation)
    await tx.execute(transfer.ADD, new_id("off"), member.organisation, account, member.account, tx.now, tx.now + LIVES)
    tx.record(OwnershipOffered(organisation=member.organisation, subject=account))
    await enqueue(tx, TELL_OF_OFFER, OfferChanged(member.organisation, account, member.account, OFFERED))
    return await tx.one(transfer.OFFER, member.organisation, tx.now)


async def withdraw_offer(tx: Transaction, member: Membership) -> None:
    """Withdraw the open offer, as any owner can. Raises NotFound."""
    offer = await _end(tx, member)
    tx.record(OwnershipWithdrawn(organisation=member.organisation, subject=offer.account))
    await enqueue(tx, TELL_OF_OFFER, OfferChanged(member.organisation, offer.account, member.account, WITHDRAWN))


async def decline_offer(tx: Transaction, member: Membership) -> None:
    """Decline what was offered to oneself. Raises NotFound."""
    offer = await _end(tx, member, mine=True)
    tx.record(OwnershipDeclined(organisation=member.organisation, subject=member.account))
    await enqueue(tx, TELL_OF_OFFER, OfferChanged(member.organisation, member.account, offer.offered_by, DECLINED))


async def accept_offer(runtime: Runtime, tx: Transaction, member: Membership) -> None:
    """Become an owner in place of whoever offered it. Raises NotFound once they are no owner any more, and for whatever else ended it."""
    offer = await _end(tx, member, mine=True)
    before = await tx.one(queries.ROLE, member.organisation, member.account)
    await tx.one(queries.SET_ROLE, member.organisation, member.account, OWNER, offer.offered_by)
    await tx.one(queries.SET_ROLE, member.organisation, offer.offered_by, AFTERWARDS, offer.offered_by)
    tx.invalidate(ACCOUNT(member.account), ACCOUNT(offer.offered_by), MEMBERS(member.organisation))
    tx.record(OwnershipTransferred(organisation=member.organisation, subject=member.account, former=offer.offered_by, before=before.role))
    await withdraw_invitations(tx, member.organisation, offer.offered_by, can_still=roles_to_invite_for(runtime, AFTERWARDS))
    await enqueue(tx, TELL_OF_OFFER, OfferChanged(member.organisation, member.account, offer.offered_by, ACCEPTED))


async def _end(tx: Transaction, member: Membership, *, mine: bool = False) -> Offer:
    """The offer as it is while the memberships are held, which ends with it. Someone who locks either of the two ends it without holding them."""
    await queries.hold_memberships(tx, member.organisation)
    offer = await offer_of(tx, member.organisation)
    if offer is None or (mine and offer.account != member.account) or await tx.maybe(transfer.END, member.organisation) is None:
        raise NotFound(GONE)
    return offer
