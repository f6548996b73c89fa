"""What comments hold of an organisation."""

from __future__ import annotations

from typing import Any

from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.query import Rows
from phoenix.kernel.language import _
from phoenix.kernel.module import Counted, OrganisationData
from phoenix.modules.comments import queries


async def export(db: Reader, organisation: str) -> dict[str, Any]:
    """All comments."""
    del db
    return {"comments": Rows(queries.OF_ORGANISATION, (organisation,))}


async def delete(tx: Transaction, organisation: str, most: int) -> int:
    """Delete comments, at most so many. Returns how many were deleted."""
    return await tx.execute(queries.DELETE_OF_ORGANISATION, organisation, most)


OWNED = OrganisationData(
    delete=delete,
    export=export,
    tables=("comments", "comment_mentions"),
    counted=(Counted(_("Comments"), "SELECT FROM comments WHERE organisation_id = {organisation}"),),
)
