"""Find, create, lock and unlock accounts, for use by other modules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.i18n.addresses import Address
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.events import AccountCreated
from phoenix.modules.accounts.queries import Account, Standing

__all__ = ["Account", "Standing"]


async def find_account(db: Reader, account: str) -> Account | None:
    return await db.maybe(queries.ACCOUNT, account)


async def read_account(db: Reader, account: str) -> Account:
    """Raises NotFound."""
    return await db.one(queries.ACCOUNT, account)


async def find_by_email(db: Reader, email_key: str) -> Account | None:
    """The person whose address this is."""
    return await db.maybe(queries.ACCOUNT_BY_EMAIL, email_key)


async def any_account(db: Reader) -> bool:
    """Whether there is an account yet."""
    return await db.one(queries.ANY_ACCOUNT)


async def names(db: Reader, ids: Sequence[str]) -> Mapping[str, str]:
    """The names of accounts, in one query."""
    return {found.id: found.name for found in await db.all(queries.NAMES, list(ids))}


async def create_account(tx: Transaction, address: Address, *, name: str, password_hash: str, time_zone: str, locale: str) -> str | None:
    """Create a person's account for a verified address. Returns its id, or None if another account already has the address."""
    account = await tx.maybe(
        queries.INSERT_ACCOUNT, new_id("acc"), address.display, address.key, name, password_hash, time_zone, locale, tx.now
    )
    if account is not None:
        tx.record(AccountCreated(subject=account))
    return account


async def create_service_account(tx: Transaction, *, name: str, locale: str, time_zone: str) -> str:
    """Create an account that nobody signs in to. Returns its id. The caller has checked the name, and records its purpose."""
    account = new_id("acc")
    # RFC 2606: nothing is ever delivered to an address under .invalid.
    await tx.execute(queries.INSERT_SERVICE_ACCOUNT, account, f"{account}@service.invalid", name, tx.now, time_zone, locale)
    return account


async def localise_service_accounts(tx: Transaction, accounts: Sequence[str], *, locale: str, time_zone: str) -> None:
    """Give the service accounts among these this language and time zone. The caller invalidates them."""
    await tx.execute(queries.LOCALISE_SERVICE_ACCOUNTS, list(accounts), locale, time_zone, tx.now)


async def erase_service_account(tx: Transaction, account: str) -> None:
    """Forget the name of a service account whose organisation was deleted. Its row stays, since its id is referenced elsewhere."""
    await tx.execute(queries.ERASE_SERVICE_ACCOUNT, account, "Deleted service account", tx.now)


async def hold(tx: Transaction, account: str) -> None:
    """Lock an account's row until the transaction ends, so that whatever is counted for it stays correct."""
    await tx.execute(queries.HOLD, account)


async def hold_all(tx: Transaction, accounts: Sequence[str]) -> None:
    """Lock several accounts' rows until the transaction ends, in an order that cannot deadlock."""
    await tx.all(queries.HOLD_ALL, list(accounts))


async def hold_for(tx: Transaction, account: str, actor: str) -> bool:
    """Lock an account's row and the actor's. Returns whether the actor's account is still open."""
    return actor in await tx.all(queries.HOLD_FOR, [account, actor], actor)


async def standing(db: Reader, account: str) -> Standing:
    """Raises NotFound."""
    return await db.one(queries.STANDING, account)


async def lock(tx: Transaction, account: str, *, reason: str) -> bool:
    """Lock an account. Returns whether it was open. The caller ends its sessions."""
    return await tx.maybe(queries.LOCK, account, tx.now, reason) is not None


async def unlock(tx: Transaction, account: str) -> bool:
    """Unlock an account. Returns whether it was locked."""
    return await tx.maybe(queries.UNLOCK, account) is not None
