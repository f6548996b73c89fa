"""What webhooks hold of an organisation."""

from __future__ import annotations

from typing import Any

from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.query import Rows
from phoenix.kernel.module import OrganisationData
from phoenix.modules.webhooks import queries


async def export(db: Reader, organisation: str) -> dict[str, Any]:
    """The webhooks, without their secrets."""
    del db
    return {"webhooks": Rows(queries.OF_ORGANISATION, (organisation,))}


async def delete(tx: Transaction, organisation: str, most: int) -> int:
    """What was sent, and then the webhooks, at most so many. Returns how many were deleted."""
    for statement in (queries.DELETE_DELIVERIES_OF_ORGANISATION, queries.DELETE_OF_ORGANISATION):
        if deleted := await tx.execute(statement, organisation, most):
            return deleted
    return 0


OWNED = OrganisationData(delete=delete, export=export, tables=("webhooks", "webhook_deliveries"))
