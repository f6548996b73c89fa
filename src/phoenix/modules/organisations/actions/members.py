"""Change roles, remove members, leave."""

from __future__ import annotations

from phoenix.kernel.actor import Actor, Seat
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.errors import FieldError, Forbidden, InvalidInput, NotFound
from phoenix.kernel.i18n.text import _
from phoenix.modules.organisations import queries
from phoenix.modules.organisations.errors import LastOwner
from phoenix.modules.organisations.events import MemberLeft, RoleChanged

# From the most to the least.
ROLES = ("owner", "administrator", "member", "viewer")


def check_role(seat: Seat, role: str) -> None:
    """Raises Forbidden for a role above one's own: only an owner makes owners."""
    if ROLES.index(role) < ROLES.index(seat.role):
        raise Forbidden(_("Your own role is {own}. You cannot give or take a role above it.").format(own=seat.role))


async def change_role(tx: Transaction, actor: Actor, organisation: str, account: str, *, role: str) -> None:
    """Give a member another role. Raises LastOwner where the organisation would be without an owner."""
    seat = actor.require("organisations.manage", organisation)
    if role not in ROLES:
        raise InvalidInput(errors=(FieldError("role", "unknown", _("Choose a role.")),))
    check_role(seat, role)
    before = await _locked_role(tx, seat, account)
    if before == role:
        return
    check_role(seat, before)
    if before == "owner":
        await _keep_an_owner(tx, seat)
    await tx.execute(queries.SET_ROLE, seat.organisation, account, role)
    tx.touch(f"account:{account}", f"people:{seat.organisation}")
    tx.record(RoleChanged(organisation=seat.organisation, subject=account, role=role, before=before))


async def remove_member(tx: Transaction, actor: Actor, organisation: str, account: str) -> None:
    """Remove a member, or leave. Raises LastOwner where the organisation would be without an owner."""
    if account == actor.account:
        seat = actor.seat(organisation)
        if seat is None:
            raise NotFound(_("You are not a member of this organisation."))
    else:
        seat = actor.require("organisations.manage", organisation)
    before = await _locked_role(tx, seat, account)
    check_role(seat, before)
    if before == "owner":
        await _keep_an_owner(tx, seat)
    await tx.execute(queries.REMOVE, seat.organisation, account)
    tx.touch(f"account:{account}", f"people:{seat.organisation}")
    tx.record(MemberLeft(organisation=seat.organisation, subject=account))


async def _locked_role(tx: Transaction, seat: Seat, account: str) -> str:
    # The organisation's row is locked, so that two owners cannot take the role from each other at once.
    await tx.one(queries.LOCK, seat.organisation)
    role = await tx.maybe(queries.ROLE, seat.organisation, account)
    if role is None:
        raise NotFound(_("That person is not a member of this organisation."))
    return role


async def _keep_an_owner(tx: Transaction, seat: Seat) -> None:
    if await tx.one(queries.OWNERS, seat.organisation) <= 1:
        raise LastOwner(_("This is the only owner. Make somebody else an owner first."))
