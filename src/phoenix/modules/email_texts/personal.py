"""The personal data in the texts of emails."""

from __future__ import annotations

from typing import Any

from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.query import Rows
from phoenix.modules.email_texts import queries


async def export(db: Reader, account: str) -> dict[str, Any]:
    """The versions that the person saved."""
    del db
    return {"email_texts": Rows(queries.OF_ACCOUNT, (account,))}


async def erase(tx: Transaction, account: str) -> None:
    """Emails keep their texts, without the person's name and notes."""
    await tx.execute(queries.FORGET_NOTES, account)
