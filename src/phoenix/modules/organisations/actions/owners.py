"""An organisation with members has an owner who can sign in and is not leaving: the invariant, and where it is asked."""

from __future__ import annotations

from collections.abc import Collection

from phoenix.kernel.cache.keys import ACCOUNT, MEMBERS
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.errors import Conflict, FieldError, Forbidden, InvalidInput
from phoenix.kernel.language import _
from phoenix.modules.organisations import queries
from phoenix.modules.organisations.actions.offers import end_offers
from phoenix.modules.organisations.actions.ownership import tell_of_ownership
from phoenix.modules.organisations.errors import LastOwner
from phoenix.modules.organisations.events import OwnerAppointed
from phoenix.modules.organisations.queries import owners

OWNER = "owner"


async def require_owner_besides(db: Reader, organisation: str, account: str) -> None:
    """Raises LastOwner if nobody but this account is an owner who can sign in and is not leaving.

    The caller holds the organisation's memberships (`queries.hold_memberships`), so that the answer stays true.
    """
    if not await db.one(owners.ABLE_OWNERS, organisation, account):
        raise LastOwner(
            _("This is the only owner who can sign in and isn't leaving. Make someone else an owner first, or delete the organisation.")
        )


async def has_owner(db: Reader, organisation: str) -> bool:
    """Whether someone is an owner who can sign in and is not leaving."""
    return await db.one(owners.ABLE_OWNERS, organisation, "") > 0


async def able_members(db: Reader, organisation: str, accounts: Collection[str]) -> frozenset[str]:
    """Those of these accounts that are members who can sign in and are not leaving."""
    return frozenset(await db.all(owners.ABLE_AMONG, organisation, list(accounts)))


async def appoint_owner(tx: Transaction, organisation: str, account: str, *, reason: str) -> None:
    """Make a member an owner, as staff, where no owner is left. The caller checks who may, and the reason.

    Raises Forbidden for oneself, Conflict while an owner is left, and InvalidInput for someone who is not a member or cannot sign in.
    """
    if account == tx.actor:
        raise Forbidden(_("You can't make yourself an owner. Ask another administrator."))
    await queries.hold_memberships(tx, organisation)
    if await has_owner(tx, organisation):
        raise Conflict(_("This organisation has an owner who can sign in. Ask them to make this person an owner."))
    before = await tx.maybe(owners.ABLE_ROLE, organisation, account)
    if before is None:
        sentence = _("Choose a member of the organisation who can sign in.")
        raise InvalidInput(errors=(FieldError("account", "not_able", sentence),))
    await tx.one(queries.SET_ROLE, organisation, account, OWNER, tx.actor)
    tx.invalidate(ACCOUNT(account), MEMBERS(organisation))
    tx.record(OwnerAppointed(organisation=organisation, subject=account, before=before, reason=reason))
    await end_offers(tx, organisation, account)
    await tell_of_ownership(tx, organisation, account, gained=True, by_staff=True)
