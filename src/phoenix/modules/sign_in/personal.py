"""How sign-ups of a person's address go. They are not exported: a stranger may have sent them."""

from __future__ import annotations

from phoenix.kernel.data.database import Transaction
from phoenix.modules.sign_in import queries


async def erase(tx: Transaction, account: str) -> None:
    """Delete every sign-up that names the address of the account."""
    await tx.execute(queries.ERASE, account)
