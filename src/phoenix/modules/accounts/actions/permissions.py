"""Permissions of accounts on the whole platform. The caller checks who can grant and remove them."""

from __future__ import annotations

from phoenix.kernel.actor import ADMINISTRATOR
from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.errors import Conflict
from phoenix.kernel.language import _
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.events import PermissionGranted, PermissionRemoved


async def has_administrator(db: Reader) -> bool:
    """Whether anyone has full access."""
    return await db.one(queries.ANYBODY_WITH, ADMINISTRATOR)


async def hold_permissions(tx: Transaction) -> None:
    """Lock permissions until the transaction ends, so that nobody else grants or removes one."""
    await tx.execute(queries.LOCK_PERMISSIONS)


async def people_with(db: Reader, permission: str) -> list[str]:
    """The accounts with a permission of people who can sign in and are not leaving."""
    return await db.all(queries.PEOPLE_WITH, permission)


async def require_administrator_besides(tx: Transaction, account: str) -> None:
    """Raises Conflict if nobody but this account is an administrator who can sign in and is not leaving. Locks permissions."""
    await hold_permissions(tx)
    if not await tx.one(queries.OTHERS_WITH, ADMINISTRATOR, account):
        raise Conflict(_("This is the last administrator who can sign in and isn't leaving. Grant the permission to someone else first."))


async def grant_permission(tx: Transaction, account: str, permission: str, *, by: str | None) -> None:
    """Grant a platform permission to an account."""
    await tx.execute(queries.GRANT, account, permission, by, tx.now)
    tx.invalidate(ACCOUNT(account))
    tx.record(PermissionGranted(subject=account, permission=permission))


async def remove_permission(tx: Transaction, account: str, permission: str) -> bool:
    """Remove a permission from an account. Returns whether it had it."""
    if await tx.maybe(queries.REVOKE, account, permission) is None:
        return False
    tx.invalidate(ACCOUNT(account))
    tx.record(PermissionRemoved(subject=account, permission=permission))
    return True
