"""Changes of who owns an organisation: all owners and the person are notified by email, however it was made."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.jobs import JobKind, enqueue


class OwnershipChanged(Struct, frozen=True):
    """Who became an owner, or no longer is one; `by` is empty where staff did it. Where `owners_only`, the person is notified separately.

    `account` is empty for someone who deleted their account: nothing of them is kept, not even here.
    """

    organisation: str
    account: str
    gained: bool
    by: str = ""
    owners_only: bool = False


TELL_OF_OWNERSHIP = JobKind("organisations.tell_of_ownership", OwnershipChanged)


async def tell_of_ownership(
    tx: Transaction, organisation: str, account: str, *, gained: bool, by_staff: bool = False, owners_only: bool = False
) -> None:
    """Have everyone concerned told once the transaction is committed."""
    by = "" if by_staff else tx.actor or ""
    await enqueue(tx, TELL_OF_OWNERSHIP, OwnershipChanged(organisation, account, gained, by, owners_only))


async def tell_of_erased_owner(tx: Transaction, organisation: str) -> None:
    """Have the owners who remain told that one of them deleted their account."""
    await enqueue(tx, TELL_OF_OWNERSHIP, OwnershipChanged(organisation, account="", gained=False))
