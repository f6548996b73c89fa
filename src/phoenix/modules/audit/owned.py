"""What the audit log holds of an organisation: facts, which stay, and what people wrote, which goes."""

from __future__ import annotations

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.module import OrganisationData
from phoenix.modules.audit import queries


async def delete(tx: Transaction, organisation: str, most: int) -> int:
    """Erase texts; the chain covers a salted hash of them. The database refuses it for an organisation that is not being deleted."""
    return await tx.one(queries.ERASE_TEXTS_OF_ORGANISATION, organisation, most)


OWNED = OrganisationData(
    delete=delete,
    stays={"audit_log": "what was done stays on record, by ids and without what people wrote, for as long as PHOENIX_AUDIT_KEEP says"},
)
