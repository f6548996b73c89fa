"""Erasure of the sign-ups for a person's address. They are not exported, since a stranger may have sent them."""

from __future__ import annotations

from phoenix.kernel.data.database import Transaction
from phoenix.modules.sign_in import queries


async def erase(tx: Transaction, account: str) -> None:
    """Delete every sign-up that names the address of the account."""
    await tx.execute(queries.ERASE, account)
