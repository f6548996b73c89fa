"""The hash of an account's password."""

from __future__ import annotations

from phoenix.kernel.data.database import Reader, Transaction
from phoenix.modules.accounts import queries

# Stored instead of a hash for an account without a password. No password has this hash.
NONE = "!"


async def password_hash(db: Reader, account: str) -> str:
    """The stored hash; NONE for an account without a password. Raises NotFound."""
    return await db.one(queries.PASSWORD_HASH, account)


async def set_password(tx: Transaction, account: str, password_hash: str) -> None:
    """Set the hash, or NONE to remove the password. Sign-ins in progress fail; the caller handles the other consequences."""
    await tx.execute(queries.SET_PASSWORD, account, password_hash, tx.now)


async def replace_hash(tx: Transaction, account: str, *, former: str, now: str) -> None:
    """Store another hash of the same password, unless the password was changed since `former` was read."""
    await tx.execute(queries.REPLACE_HASH, account, former, now)
