"""The personal data of text messages."""

from __future__ import annotations

from typing import Any

from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.query import Rows
from phoenix.modules.sms import queries


async def export(db: Reader, account: str) -> dict[str, Any]:
    """The person's number, one that waits to be confirmed, and when something was sent."""
    found, waiting = await db.maybe(queries.NUMBER_EXPORTED, account), await db.maybe(queries.REQUEST_EXPORTED, account)
    return {"phone_number": found, "phone_number_to_confirm": waiting, "text_messages": Rows(queries.OF_PERSON, (account,))}


async def erase(tx: Transaction, account: str) -> None:
    """Forget the number, and what was sent to it."""
    for statement in queries.ERASE:
        await tx.execute(statement, account)
