"""The personal data in the checklist: whether someone has hidden it."""

from __future__ import annotations

from phoenix.kernel.data.database import Transaction
from phoenix.modules.welcome import queries


async def erase(tx: Transaction, account: str) -> None:
    """Forget that a person hid the checklist."""
    await tx.execute(queries.SHOW, account)
