"""The personal data in comments."""

from __future__ import annotations

from typing import Any

from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.query import Rows
from phoenix.modules.comments import queries


async def export(db: Reader, account: str) -> dict[str, Any]:
    """The comments that the person wrote."""
    del db
    return {"comments": Rows(queries.OF_AUTHOR, (account,))}


async def erase(tx: Transaction, account: str) -> None:
    """What was written for others stays, without the author's name: the account's row no longer has one, for mentions too."""
    del tx, account
