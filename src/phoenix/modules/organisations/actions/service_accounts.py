"""Service accounts of an organisation: they have a role and their own keys, and outlive the person who created them."""

from __future__ import annotations

from collections.abc import Sequence

from phoenix.kernel.actor import Actor, Membership
from phoenix.kernel.cache.keys import MEMBERS
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.errors import NotFound
from phoenix.kernel.i18n.fields import Fields
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.modules.keys.actions.api_keys import NewApiKey, create_api_key, revoke_keys
from phoenix.modules.keys.actions.service_accounts import create_service_account
from phoenix.modules.organisations import queries
from phoenix.modules.organisations.actions.members import check_role, end_service_account
from phoenix.modules.organisations.errors import TooMany
from phoenix.modules.organisations.events import ServiceAccountAdded
from phoenix.modules.organisations.queries import ServiceAccount

MOST_SERVICE_ACCOUNTS = 100
ROLES = ("administrator", "member", "viewer")


async def add_service_account(
    runtime: Runtime, tx: Transaction, actor: Actor, member: Membership, *, name: str, role: str, scopes: Sequence[str], days: int | None
) -> tuple[str, NewApiKey]:
    """Create a service account with its first key. It is never an owner, and never above its creator's role. Raises InvalidInput."""
    fields = Fields()
    name = fields.name(name)
    fields.one_of("role", role, ROLES, _("Choose a role."))
    fields.check()
    check_role(member, role)
    if await tx.one(queries.COUNT_SERVICE_ACCOUNTS, member.organisation) >= MOST_SERVICE_ACCOUNTS:
        raise TooMany(_("There are {most} service accounts, which is the limit. Remove one first.").format(most=MOST_SERVICE_ACCOUNTS))
    organisation = await tx.one(queries.ORGANISATION, member.organisation)
    account = await create_service_account(tx, name=name, locale=organisation.locale, time_zone=organisation.time_zone)
    await tx.execute(queries.INSERT_MEMBER, member.organisation, account, role, tx.now, actor.account)
    made = await create_api_key(runtime, tx, actor, name=name, scopes=scopes, days=days, account=account)
    tx.invalidate(MEMBERS(member.organisation))
    tx.record(ServiceAccountAdded(organisation=member.organisation, subject=account, role=role))
    return account, made


async def renew_key(
    runtime: Runtime, tx: Transaction, actor: Actor, member: Membership, account: str, *, scopes: Sequence[str] | None, days: int | None
) -> NewApiKey:
    """Create a new key and revoke the old ones; without `scopes` it has those of the last one.

    Raises NotFound, and Forbidden if the account's role is above the actor's.
    """
    found = await _found(tx, member, account)
    await revoke_keys(tx, account)
    scopes = found.scopes or () if scopes is None else scopes
    return await create_api_key(runtime, tx, actor, name=found.name, scopes=scopes, days=days, account=account)


async def remove_service_account(tx: Transaction, member: Membership, account: str) -> None:
    """Revoke its keys and end its membership. Raises NotFound."""
    await _found(tx, member, account)
    await end_service_account(tx, member.organisation, account)


async def _found(tx: Transaction, member: Membership, account: str) -> ServiceAccount:
    found = await tx.maybe(queries.SERVICE_ACCOUNT, member.organisation, account)
    if found is None:
        raise NotFound(_("This service account doesn't exist or has been removed."))
    check_role(member, found.role)
    return found
