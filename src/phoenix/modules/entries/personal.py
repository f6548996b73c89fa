"""The personal data in entries."""

from __future__ import annotations

from typing import Any

from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.query import Rows
from phoenix.modules.entries import queries


async def export(db: Reader, account: str) -> dict[str, Any]:
    """What the person wrote: their entries, and the versions that they saved besides."""
    del db
    return {"entries": Rows(queries.OF_AUTHOR, (account,)), "entry_versions": Rows(queries.EDITS_OF, (account,))}


async def erase(tx: Transaction, account: str) -> None:
    """What was written for others stays, earlier versions too, without the author's name: the account's row no longer has one."""
    del tx, account
