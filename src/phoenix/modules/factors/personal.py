"""What factors give to a person's copy of their data, and how they go. No secret is among it."""

from __future__ import annotations

from typing import Any

from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.modules.factors.queries import second_factor


async def export(db: Reader, account: str) -> dict[str, Any]:
    """Since when the authenticator app is on, how many backup codes are left, and the passkeys by name."""
    return await db.one(second_factor.PERSON_FACTORS, account)


async def erase(tx: Transaction, account: str) -> None:
    """Delete every factor of a person, and the counters of their tries."""
    await tx.execute(second_factor.ERASE, account)
    tx.invalidate(ACCOUNT(account))
