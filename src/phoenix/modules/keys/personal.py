"""Export and erasure of the personal data in keys."""

from __future__ import annotations

from typing import Any

from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.query import Rows
from phoenix.modules.keys import queries


async def export(db: Reader, account: str) -> dict[str, Any]:
    """The API keys by name, without the keys themselves."""
    del db
    return {"api_keys": Rows(queries.PERSON_KEYS, (account,))}


async def erase(tx: Transaction, account: str) -> None:
    """Delete every API key."""
    await tx.execute(queries.ERASE, account)
    tx.invalidate(ACCOUNT(account))
