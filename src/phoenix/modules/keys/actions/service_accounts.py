"""Service accounts: they have no mailbox, no password and no sign-in; only API keys act for them."""

from __future__ import annotations

from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.database import Transaction
from phoenix.modules.accounts.actions.accounts import create_service_account as create
from phoenix.modules.keys import queries
from phoenix.modules.keys.events import ServiceAccountCreated


async def create_service_account(tx: Transaction, *, name: str) -> str:
    """Create a service account. Returns its id. The caller checks the name."""
    account = await create(tx, name=name)
    tx.record(ServiceAccountCreated(subject=account))
    return account


async def forget_keys_made_by(tx: Transaction, maker: str) -> None:
    """The maker was locked or unlocked: what is cached about the service accounts whose keys they made is stale."""
    tx.invalidate(*(ACCOUNT(account) for account in await tx.all(queries.ACCOUNTS_WITH_KEYS_OF, maker)))


async def revoke_keys(tx: Transaction, account: str) -> None:
    """Revoke every key of a service account. Its row stays, since its content refers to it."""
    await tx.all(queries.REVOKE_ALL, account, tx.now)
    tx.invalidate(ACCOUNT(account))
