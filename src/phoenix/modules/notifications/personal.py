"""The personal data in inboxes."""

from __future__ import annotations

from typing import Any

from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.query import Rows
from phoenix.modules.notifications import choices, deliveries, queries


async def export(db: Reader, account: str) -> dict[str, Any]:
    """Every notification that a person has, archived ones too."""
    del db
    return {
        "notifications": Rows(queries.OF_PERSON, (account,)),
        "notification_deliveries": Rows(deliveries.OF_PERSON, (account,)),
        "notification_choices": Rows(choices.SETTINGS, ([account],)),
        "mutes": Rows(choices.MUTES_OF, (account,)),
    }


async def erase(tx: Transaction, account: str) -> None:
    """Delete the inbox of a person, and what they chose."""
    for statement in choices.ERASE:
        await tx.execute(statement, account)
    await tx.execute(queries.ERASE_ITEMS, account)
    await tx.execute(queries.ERASE, account)
