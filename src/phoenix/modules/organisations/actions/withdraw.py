"""Withdraw what someone has pending and could no longer start: invitations, and an offer of ownership. The other owners are notified.

It is withdrawn when the right is lost, so that it does not come back with the right.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.jobs import JobKind, enqueue
from phoenix.modules.organisations.actions.offers import end_all_offers, end_offers
from phoenix.modules.organisations.events import InvitationRevoked
from phoenix.modules.organisations.queries import withdraw
from phoenix.modules.organisations.queries.withdraw import Withdrawal


class Withdrawn(Struct, frozen=True):
    """The organisations whose owners are to be notified, except the one who caused it."""

    organisations: list[str]
    by: str


TELL_OWNERS = JobKind("organisations.tell_owners_of_withdrawal", Withdrawn)


async def withdraw_invitations(tx: Transaction, organisation: str, account: str, *, can_still: Sequence[str] = ()) -> None:
    """Revoke the open invitations from this account, except those for roles it can still invite for."""
    await _record(tx, await tx.all(withdraw.WITHDRAW, organisation, account, list(can_still), tx.now))


async def withdraw_pending(tx: Transaction, organisation: str, account: str) -> None:
    """Whatever is pending in an organisation of someone who is no longer a member."""
    await withdraw_invitations(tx, organisation, account)
    await end_offers(tx, organisation, account)


async def withdraw_all_pending(tx: Transaction, *accounts: str) -> None:
    """Whatever is pending of these accounts, in every organisation."""
    await _record(tx, await tx.all(withdraw.WITHDRAW_ALL, list(accounts), tx.now))
    await end_all_offers(tx, *accounts)


async def _record(tx: Transaction, withdrawn: Sequence[Withdrawal]) -> None:
    for invitation in withdrawn:
        tx.record(InvitationRevoked(organisation=invitation.organisation, subject=invitation.id))
    if withdrawn:
        await enqueue(tx, TELL_OWNERS, Withdrawn(sorted({one.organisation for one in withdrawn}), tx.actor or ""))
