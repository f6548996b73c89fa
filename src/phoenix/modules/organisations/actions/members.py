"""List and add members, change roles, remove members, leave."""

from __future__ import annotations

from dataclasses import dataclass

from phoenix.kernel.actor import Membership
from phoenix.kernel.cache.keys import ACCOUNT, MEMBERS
from phoenix.kernel.cache.limits import Limit
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.events import Event
from phoenix.kernel.errors import Forbidden, NotFound
from phoenix.kernel.i18n.fields import Fields
from phoenix.kernel.language import _
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions.notices import notify
from phoenix.modules.keys.actions.api_keys import revoke_keys
from phoenix.modules.organisations import queries
from phoenix.modules.organisations.actions.offers import end_offers
from phoenix.modules.organisations.actions.owners import require_owner_besides
from phoenix.modules.organisations.actions.ownership import tell_of_ownership
from phoenix.modules.organisations.actions.withdraw import withdraw_invitations, withdraw_pending
from phoenix.modules.organisations.errors import RoleChangedSince
from phoenix.modules.organisations.events import MemberJoined, MemberLeft, RoleChanged, RoleEnded, ServiceAccountRemoved
from phoenix.modules.organisations.notices import ROLE_ENDED
from phoenix.modules.organisations.queries import RoleNow, changes
from phoenix.modules.organisations.queries.listed import MEMBERS as LISTED_MEMBERS
from phoenix.modules.organisations.queries.listed import ROLE_NAMES, ROLE_WORDS, Member

__all__ = ["LISTED_MEMBERS", "ROLE_NAMES", "Member"]

NO_MEMBER = _("This person is not a member of the organisation.")
# Of an owner in an organisation: all owners are emailed, and again when it is undone. Ending a role is never refused.
NEW_OWNERS_A_DAY = Limit("new_owner", 30, 86_400)
# From the highest to the lowest.
ROLES = ("owner", "administrator", "member", "viewer")


@dataclass(frozen=True, slots=True)
class ChangedRole:
    """The version of the membership, and whether its holder may still have keys of service accounts that they can't manage any more."""

    version: int
    keys_left: bool = False


def check_role(member: Membership, role: str) -> None:
    """Raises Forbidden for a role above one's own: only owners can make someone an owner."""
    if ROLES.index(role) < ROLES.index(member.role):
        raise Forbidden(
            _("Your role is {own}. You can't grant or remove a higher one.").format(own=ROLE_WORDS.get(member.role, member.role))
        )


async def add_member(tx: Transaction, organisation: str, account: str, *, role: str, invited_by: str) -> str:
    """Add someone to an organisation. Returns the role they have now: that of a member stays. The caller decides whether it is allowed."""
    if await tx.execute(queries.INSERT_MEMBER, organisation, account, role, tx.now, invited_by):
        tx.invalidate(ACCOUNT(account), MEMBERS(organisation))
        tx.record(MemberJoined(organisation=organisation, subject=account, role=role, invited_by=invited_by))
        return role
    return (await tx.one(queries.ROLE, organisation, account)).role


async def change_role(
    runtime: Runtime, tx: Transaction, member: Membership, account: str, *, role: str, versions: tuple[int, ...] | None
) -> ChangedRole:
    """Change a member's role. Raises LastOwner if no owner would be left.

    `versions` are those that whoever changes it has seen, or None for any. Raises RoleChangedSince if it is another one by now.
    """
    fields = Fields()
    fields.one_of("role", role, ROLES, _("Choose a role."))
    fields.check()
    check_role(member, role)
    found = await _locked_role(tx, member.organisation, account)
    before = found.role
    if before == role:
        return ChangedRole(found.version)
    if versions is not None and found.version not in versions:
        latest = await tx.maybe(changes.ROLE_CHANGED, member.organisation, account) or changes.UNKNOWN
        sentence = (
            _("You changed this role to {role} in the meantime.")
            if latest.by == member.account
            else _("Someone else changed this role to {role} after you opened the page.")
        )
        raise RoleChangedSince(sentence.format(role=ROLE_WORDS.get(before, before)), by=latest.by, at=latest.at)
    check_role(member, before)
    if before == "owner":
        await require_owner_besides(tx, member.organisation, account)
    if role == "owner":
        await runtime.limiter.require(NEW_OWNERS_A_DAY, f"{member.organisation} {member.account}")
    version = await tx.one(queries.SET_ROLE, member.organisation, account, role, tx.actor)
    tx.invalidate(ACCOUNT(account), MEMBERS(member.organisation))
    tx.record(RoleChanged(organisation=member.organisation, subject=account, role=role, before=before))
    if "owner" in {role, before}:
        await tell_of_ownership(tx, member.organisation, account, gained=role == "owner")
        await end_offers(tx, member.organisation, account)
    if ROLES.index(role) < ROLES.index(before):
        return ChangedRole(version)
    left = await withdraw_invitations(tx, member.organisation, account, can_still=roles_to_invite_for(runtime, role))
    return ChangedRole(version, keys_left=left)


async def remove_member(tx: Transaction, member: Membership, account: str) -> bool:
    """Leave, or remove someone else, which requires organisations.manage. Raises LastOwner for the only owner.

    Returns whether they may still have keys of service accounts.
    """
    if account != member.account:
        member.demand("organisations.manage")
    found = await _locked_role(tx, member.organisation, account)
    check_role(member, found.role)
    return await _end(tx, member.organisation, account, found, MemberLeft(organisation=member.organisation, subject=account))


async def end_role(tx: Transaction, organisation: str, account: str) -> None:
    """End someone's role in an organisation, as staff; that of a service account ends its keys too. The caller checks who may.

    A person is notified by email. Raises NotFound, and LastOwner for the only owner.
    """
    await queries.hold_memberships(tx, organisation)
    if await tx.maybe(queries.SERVICE_ACCOUNT, organisation, account) is not None:
        await end_service_account(tx, organisation, account)
    else:
        found = await _role(tx, organisation, account)
        await _end(tx, organisation, account, found, RoleEnded(organisation=organisation, subject=account), by_staff=True)
        await notify(tx, account, ROLE_ENDED, about=organisation)


async def _end(tx: Transaction, organisation: str, account: str, found: RoleNow, event: Event, *, by_staff: bool = False) -> bool:
    if found.role == "owner":
        await require_owner_besides(tx, organisation, account)
        await tell_of_ownership(tx, organisation, account, gained=False, by_staff=by_staff, owners_only=by_staff)
    await tx.execute(queries.REMOVE, organisation, account)
    tx.invalidate(ACCOUNT(account), MEMBERS(organisation))
    tx.record(event)
    return await withdraw_pending(tx, organisation, account)


async def end_service_account(tx: Transaction, organisation: str, account: str) -> None:
    """Revoke the keys of a service account, end its membership, and withdraw the invitations it sent."""
    await revoke_keys(tx, account)
    await tx.execute(queries.REMOVE, organisation, account)
    tx.invalidate(MEMBERS(organisation))
    tx.record(ServiceAccountRemoved(organisation=organisation, subject=account))
    await withdraw_pending(tx, organisation, account)


async def _locked_role(tx: Transaction, organisation: str, account: str) -> RoleNow:
    # The organisation's row is locked, so that two owners cannot demote each other at the same time.
    await queries.hold_memberships(tx, organisation)
    return await _role(tx, organisation, account)


async def _role(tx: Transaction, organisation: str, account: str) -> RoleNow:
    found = await tx.maybe(queries.ROLE, organisation, account)
    if found is None:
        raise NotFound(NO_MEMBER)
    return found


def roles_to_invite_for(runtime: Runtime, role: str | None) -> tuple[str, ...]:
    """The roles that someone with this role, or none, can invite others for."""
    if role is None or "organisations.invite" not in runtime.part(Registry).roles[role]:
        return ()
    return ROLES[ROLES.index(role) :]
