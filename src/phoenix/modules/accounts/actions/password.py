"""The hash of an account's password."""

from __future__ import annotations

from phoenix.kernel.data.database import Reader, Transaction
from phoenix.modules.accounts import queries

# What stands in place of a hash where an account has no password. No password has this hash.
NONE = "!"


async def password_hash(db: Reader, account: str) -> str:
    """Raises NotFound. It is NONE where the account has no password."""
    return await db.one(queries.PASSWORD_HASH, account)


async def set_password(tx: Transaction, account: str, password_hash: str) -> None:
    """Set the hash, or NONE to remove the password. What follows from it is the caller's to do."""
    await tx.execute(queries.SET_PASSWORD, account, password_hash, tx.now)
