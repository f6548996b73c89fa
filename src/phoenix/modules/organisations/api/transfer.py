"""JSON routes for the transfer of ownership."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.actor import Membership
from phoenix.kernel.errors import NotFound
from phoenix.kernel.i18n.fields import Text
from phoenix.kernel.web.call import Call, Created
from phoenix.kernel.web.endpoint import delete, get, post
from phoenix.kernel.web.instants import Instant, instant
from phoenix.modules.organisations.actions import transfer

TRANSFER = "organisations.transfer"
READ = "organisations.read"
PATH = "/api/v2/organisations/{organisation_id:str}/transfer"


class TransferData(Struct, forbid_unknown_fields=True):
    """`account` is a member who can sign in and is not an owner."""

    account: Text


class TransferAnswer(Struct):
    """Ownership was offered to `account` by the owner `offered_by`, who becomes an administrator when it is accepted."""

    account: str
    offered_by: str
    created_at: Instant
    expires_at: Instant


@get(PATH, may=READ, within="organisation_id", queries=1)
async def read_transfer(call: Call, member: Membership) -> TransferAnswer:
    """Get the open offer of ownership. Only owners and the member it is for can see it."""
    offer = await transfer.offer_of(call.db, member.organisation)
    if offer is None or (TRANSFER not in member.permissions and offer.account != member.account):
        raise NotFound(transfer.GONE)
    return _answer(offer)


@post(PATH, may=TRANSFER, within="organisation_id", queries=8, act="authority", sensitive=True)
async def offer_ownership(call: Call, member: Membership, data: TransferData) -> Created[TransferAnswer]:
    """Offer your ownership to a member, who has 7 days to accept. You then become an administrator. All owners are notified by email."""
    offer = await transfer.offer_ownership(call.runtime, call.tx, member, data.account)
    return Created(_answer(offer), f"/api/v2/organisations/{member.organisation}/transfer")


@delete(PATH, may=TRANSFER, within="organisation_id", queries=5, act="authority", sensitive=True, while_closing=True)
async def withdraw_transfer(call: Call, member: Membership) -> None:
    """Withdraw the open offer of ownership."""
    await transfer.withdraw_offer(call.tx, member)


@post(f"{PATH}/accept", may=READ, within="organisation_id", queries=12, act="authority", sensitive=True, problems=(404,))
async def accept_transfer(call: Call, member: Membership) -> None:
    """Accept the ownership that was offered to you. Whoever offered it becomes an administrator."""
    await transfer.accept_offer(call.runtime, call.tx, member)


@post(
    f"{PATH}/decline",
    may=READ,
    within="organisation_id",
    queries=5,
    act="authority",
    sensitive=True,
    while_closing=True,
    frees=True,
    problems=(404,),
)
async def decline_transfer(call: Call, member: Membership) -> None:
    """Decline the ownership that was offered to you."""
    await transfer.decline_offer(call.tx, member)


def _answer(offer: transfer.Offer) -> TransferAnswer:
    return TransferAnswer(offer.account, offer.offered_by, instant(offer.created_at), instant(offer.until))


ROUTES = (read_transfer, offer_ownership, withdraw_transfer, accept_transfer, decline_transfer)
