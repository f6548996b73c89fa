"""What a person can know about being impersonated, and what happens to it when an account is erased."""

from __future__ import annotations

from typing import Any

from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.query import Rows
from phoenix.modules.impersonation import queries
from phoenix.modules.sessions.actions.end import end_impersonations_by


async def export(db: Reader, account: str) -> dict[str, Any]:
    """When staff impersonated the person, and the reasons they gave."""
    del db
    return {"impersonations": Rows(queries.PERSON_IMPERSONATIONS, (account,))}


async def erase(tx: Transaction, account: str) -> None:
    """End the person's impersonations in the usual way, so that cached values about the others are invalidated too."""
    await end_impersonations_by(tx, account, reason="erased")
