"""The personal data of presence."""

from __future__ import annotations

from typing import Any

from phoenix.kernel.data.database import Reader, Transaction
from phoenix.modules.presence import queries


async def export(db: Reader, account: str) -> dict[str, Any]:
    """Whether others see that the person is here."""
    return {"visible": not await db.one(queries.IS_HIDDEN, account)}


async def erase(tx: Transaction, account: str) -> None:
    """Forget what they chose."""
    await tx.execute(queries.SHOW, account)
