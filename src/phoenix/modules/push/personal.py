"""The personal data of push."""

from __future__ import annotations

from typing import Any

from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.query import Rows
from phoenix.modules.push import queries


async def export(db: Reader, account: str) -> dict[str, Any]:
    """The browsers in which a person is notified, without their keys."""
    del db
    return {"push_browsers": Rows(queries.OF_PERSON, (account,))}


async def erase(tx: Transaction, account: str) -> None:
    """Notify nobody any more."""
    await tx.execute(queries.ERASE, account)
