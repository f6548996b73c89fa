"""Withdraw what someone has pending and could no longer start: invitations, and an offer of ownership.

It is withdrawn when the right is lost, so that it does not come back with the right. The other owners are notified, and of keys of
service accounts that this person may still have.
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
    at: str = ""
    """When: the invitations are found by it."""


class KeysLeft(Struct, frozen=True):
    """Whoever made keys of service accounts and lost the right to, or was locked, so that the keys `stopped`; and who caused it."""

    organisations: list[str]
    account: str
    by: str
    stopped: bool = False


TELL_OF_KEYS = JobKind("organisations.tell_owners_of_keys", KeysLeft)
TELL_OWNERS = JobKind("organisations.tell_owners_of_withdrawal", Withdrawn)


async def withdraw_invitations(tx: Transaction, organisation: str, account: str, *, can_still: Sequence[str] = ()) -> bool:
    """Revoke the open invitations from this account, except those for roles it can still invite for.

    Returns whether it may still have keys of service accounts, of which the owners are then notified.
    """
    await _record(tx, await tx.all(withdraw.WITHDRAW, organisation, account, list(can_still), tx.now))
    left = await tx.one(withdraw.KEYS_LEFT, organisation, account, tx.now)
    if left:
        await enqueue(tx, TELL_OF_KEYS, KeysLeft([organisation], account, tx.actor or ""))
    return left


async def withdraw_pending(tx: Transaction, organisation: str, account: str) -> bool:
    """Whatever is pending in an organisation of someone who is no longer a member. Returns whether keys are left, as above."""
    left = await withdraw_invitations(tx, organisation, account)
    await end_offers(tx, organisation, account)
    return left


async def withdraw_all_pending(tx: Transaction, account: str, *stopped: str) -> None:
    """Whatever is pending, in every organisation, of an account and of service accounts whose keys stopped with it."""
    await _record(tx, await tx.all(withdraw.WITHDRAW_ALL, [account, *stopped], tx.now))
    await end_all_offers(tx, account, *stopped)
    if organisations := await tx.all(withdraw.ORGANISATIONS_OF, list(stopped)) if stopped else ():
        await enqueue(tx, TELL_OF_KEYS, KeysLeft(list(organisations), account, tx.actor or "", stopped=True))


async def _record(tx: Transaction, withdrawn: Sequence[Withdrawal]) -> None:
    for invitation in withdrawn:
        tx.record(InvitationRevoked(organisation=invitation.organisation, subject=invitation.id))
    if withdrawn:
        await enqueue(tx, TELL_OWNERS, Withdrawn(sorted({one.organisation for one in withdrawn}), tx.actor or "", tx.now.isoformat()))
