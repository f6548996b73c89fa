"""The email address of an account, and the new one waiting to be verified."""

from __future__ import annotations

from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.i18n.addresses import Address
from phoenix.kernel.language import _
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.errors import AddressTaken


async def set_new_address(tx: Transaction, account: str, address: Address) -> None:
    """Save the address that an account will have once it is verified. It is stored here so that no job record holds it."""
    await tx.execute(queries.SET_NEW_EMAIL, account, address.display)


async def new_address(db: Reader, account: str) -> str | None:
    """The address waiting to be verified."""
    return await db.maybe(queries.NEW_EMAIL, account)


async def change_address(tx: Transaction, account: str, address: Address) -> None:
    """Give an account the verified address. Raises AddressTaken if another account got it first."""
    await tx.execute(queries.LOCK_ADDRESS, address.key)
    if await tx.maybe(queries.SET_EMAIL, account, address.display, address.key, tx.now) is None:
        raise AddressTaken(_("Another account already uses this address. Use a different address."))
