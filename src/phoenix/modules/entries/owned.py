"""What entries hold of an organisation."""

from __future__ import annotations

from typing import Any

from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.query import Rows
from phoenix.kernel.language import _
from phoenix.kernel.module import Counted, OrganisationData
from phoenix.modules.entries import queries


async def export(db: Reader, organisation: str) -> dict[str, Any]:
    """The entries, and their earlier versions."""
    del db
    return {
        "entries": Rows(queries.OF_ORGANISATION, (organisation,)),
        "entry_versions": Rows(queries.VERSIONS_OF_ORGANISATION, (organisation,)),
    }


async def delete(tx: Transaction, organisation: str, most: int) -> int:
    """Earlier versions before their entries, and what was counted last: deleting an entry counts too."""
    for statement in (queries.DELETE_VERSIONS_OF_ORGANISATION, queries.DELETE_OF_ORGANISATION, queries.DELETE_COUNTS_OF_ORGANISATION):
        if deleted := await tx.execute(statement, organisation, most):
            return deleted
    return 0


OWNED = OrganisationData(
    delete=delete,
    export=export,
    tables=("entries", "entry_versions", "entry_counts"),
    counted=(Counted(_("Entries"), "SELECT FROM entries WHERE organisation_id = {organisation}"),),
)
