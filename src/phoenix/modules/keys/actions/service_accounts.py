"""Service accounts: no address anyone reads, no password, no sign-in; only API keys act for them."""

from __future__ import annotations

from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.database import Transaction
from phoenix.modules.accounts.actions.accounts import create_service_account as create
from phoenix.modules.keys import queries
from phoenix.modules.keys.events import ServiceAccountCreated


async def create_service_account(tx: Transaction, *, name: str) -> str:
    """A service account; its id. The name is checked by the caller."""
    account = await create(tx, name=name)
    tx.record(ServiceAccountCreated(subject=account))
    return account


async def revoke_keys(tx: Transaction, account: str) -> None:
    """Revoke every key of a service account. Its row stays, since what it wrote names it."""
    await tx.execute(queries.REVOKE_ALL, account, tx.now)
    tx.invalidate(ACCOUNT(account))
