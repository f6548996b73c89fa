"""What inboxes hold of an organisation: nothing that a copy of it should have, since each inbox is its reader's."""

from __future__ import annotations

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.module import OrganisationData
from phoenix.modules.notifications import queries
from phoenix.modules.notifications.actions.recount import recount


async def delete(tx: Transaction, organisation: str, most: int) -> int:
    """Delete notifications about an organisation, at most so many. Returns how many were deleted."""
    deleted = await tx.all(queries.DELETE_OF_ORGANISATION, organisation, most)
    await recount(tx, deleted)
    return len(deleted)


OWNED = OrganisationData(delete=delete, tables=("notifications", "notification_deliveries"))
