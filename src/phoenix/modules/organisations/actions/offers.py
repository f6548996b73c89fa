"""What becomes of an offer of ownership: everyone it concerns is notified, and it ends with the right of whoever made it or could accept it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.jobs import JobKind, enqueue
from phoenix.modules.organisations.events import OwnershipWithdrawn
from phoenix.modules.organisations.notices import ENDED
from phoenix.modules.organisations.queries import transfer
from phoenix.modules.organisations.queries.transfer import EndedOffer


class OfferChanged(Struct, frozen=True):
    """Ownership was offered to a person by an owner, or what came of it."""

    organisation: str
    account: str
    by: str
    what: str


TELL_OF_OFFER = JobKind("organisations.tell_of_offer", OfferChanged)


async def end_offers(tx: Transaction, organisation: str, account: str) -> None:
    """End the open offer to or from this account, which has lost what it was made with: it does not come back with that."""
    await _record(tx, await tx.all(transfer.WITHDRAW, organisation, account, tx.now))


async def end_all_offers(tx: Transaction, *accounts: str) -> None:
    """End the open offers to or from these accounts, in every organisation."""
    await _record(tx, await tx.all(transfer.WITHDRAW_ALL, list(accounts), tx.now))


async def _record(tx: Transaction, ended: Sequence[EndedOffer]) -> None:
    for offer in ended:
        tx.record(OwnershipWithdrawn(organisation=offer.organisation, subject=offer.account))
        await enqueue(tx, TELL_OF_OFFER, OfferChanged(offer.organisation, offer.account, offer.offered_by, ENDED))
