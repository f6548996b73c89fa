"""What presence holds of an organisation."""

from __future__ import annotations

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.module import OrganisationData
from phoenix.modules.presence import queries


async def delete(tx: Transaction, organisation: str, most: int) -> int:
    """Delete its setting. Returns how many rows that were."""
    del most
    return await tx.execute(queries.DELETE_OF_ORGANISATION, organisation)


OWNED = OrganisationData(delete=delete, tables=("presence_off",))
