"""Service accounts: they have no mailbox, no password and no sign-in; only API keys act for them."""

from __future__ import annotations

from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.database import Transaction
from phoenix.modules.accounts.actions.accounts import create_service_account as create
from phoenix.modules.accounts.actions.accounts import erase_service_account as erase
from phoenix.modules.keys import queries
from phoenix.modules.keys.actions.api_keys import revoke_keys
from phoenix.modules.keys.events import ServiceAccountCreated


async def create_service_account(tx: Transaction, *, name: str, locale: str, time_zone: str) -> str:
    """Create a service account. Returns its id. The caller checks the name."""
    account = await create(tx, name=name, locale=locale, time_zone=time_zone)
    tx.record(ServiceAccountCreated(subject=account))
    return account


async def erase_service_account(tx: Transaction, account: str) -> None:
    """Delete the keys of a service account whose organisation has ended, and forget its name: people wrote both."""
    await revoke_keys(tx, account)
    await tx.execute(queries.ERASE, account)
    await erase(tx, account)


async def suspend_keys_made_by(tx: Transaction, maker: str) -> list[str]:
    """Stop the keys that someone made for service accounts, until they are renewed. Returns those accounts.

    Unlocking the maker does not resume them: whoever took over their account may have made them.
    """
    suspended = sorted(set(await tx.all(queries.SUSPEND, maker, tx.now)))
    tx.invalidate(*map(ACCOUNT, suspended))
    return suspended
