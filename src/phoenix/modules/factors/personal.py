"""Export and erasure of the personal data in factors. No secret is exported."""

from __future__ import annotations

from typing import Any

from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.modules.factors.queries import second_factor


async def export(db: Reader, account: str) -> dict[str, Any]:
    """When the authenticator app was turned on, the number of backup codes left, and the passkeys by name."""
    return await db.one(second_factor.PERSON_FACTORS, account)


async def erase(tx: Transaction, account: str) -> None:
    """Delete every factor of a person, and the counters of their attempts."""
    await tx.execute(second_factor.ERASE, account)
    tx.invalidate(ACCOUNT(account))
