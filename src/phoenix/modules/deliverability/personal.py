"""The personal data about addresses that accept no emails."""

from __future__ import annotations

from typing import Any

from phoenix.kernel.data.database import Reader, Transaction
from phoenix.modules.deliverability import queries


async def export(db: Reader, account: str) -> dict[str, Any]:
    """Why the person's address gets no emails, and since when; nothing if it does."""
    return {"emails_stopped": await db.maybe(queries.OF_ACCOUNT, account)}


async def erase(tx: Transaction, account: str) -> None:
    """Forget it, while the account still has its address."""
    await tx.execute(queries.RESUME, account)
