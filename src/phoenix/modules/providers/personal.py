"""Export and erasure of the personal data in providers."""

from __future__ import annotations

from typing import Any

from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.query import Rows
from phoenix.modules.providers import queries


async def export(db: Reader, account: str) -> dict[str, Any]:
    """The identities that are connected to the account."""
    del db
    return {"identities": Rows(queries.PERSON_IDENTITIES, (account,))}


async def erase(tx: Transaction, account: str) -> None:
    """Disconnect every identity."""
    await tx.execute(queries.ERASE, account)
