"""Accounts of programs: no address anybody reads, no password, no log-in; only API keys."""

from __future__ import annotations

from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.ids import new_id
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.events import ServiceAccountMade
from phoenix.modules.accounts.queries import tokens


async def make_service_account(tx: Transaction, *, name: str) -> str:
    """A service account; its id. The name is checked by the caller."""
    account = new_id("acc")
    # RFC 2606: nothing under .invalid is ever delivered anywhere.
    await tx.execute(queries.INSERT_SERVICE_ACCOUNT, account, f"{account}@service.invalid", name, tx.now)
    tx.record(ServiceAccountMade(subject=account))
    return account


async def close_service_account(tx: Transaction, account: str) -> None:
    """Nothing it has works any more. Its row stays, since what it wrote names it."""
    await tx.execute(tokens.REVOKE_API_KEYS, account, tx.now)
    tx.invalidate(ACCOUNT(account))
