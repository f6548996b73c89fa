"""What this module itself holds of an organisation."""

from __future__ import annotations

from typing import Any

from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.query import Rows
from phoenix.kernel.language import _
from phoenix.kernel.module import Counted, OrganisationData
from phoenix.modules.keys.actions.service_accounts import erase_service_account
from phoenix.modules.organisations import queries
from phoenix.modules.organisations.queries import closing, copies, transfer

# A chunk of a copy is a megabyte, and the end of a service account is several statements.
CHUNKS = 20
SERVICE_ACCOUNTS = 10


async def export(db: Reader, organisation: str) -> dict[str, Any]:
    """The organisation with its members, service accounts among them, and the invitations that were sent."""
    return {
        "organisation": await db.maybe(copies.ORGANISATION, organisation),
        "members": Rows(copies.MEMBERS, (organisation,)),
        "invitations": Rows(copies.INVITATIONS, (organisation,)),
    }


async def delete(tx: Transaction, organisation: str, most: int) -> int:
    """Everything but the organisation itself, whose row is what holds the deletion together."""
    if deleted := await tx.execute(copies.DELETE_CHUNKS, organisation, min(most, CHUNKS)):
        return deleted
    await tx.execute(transfer.DELETE, organisation)
    for statement in (copies.DELETE_EXPORTS, closing.DELETE_INVITATIONS):
        if deleted := await tx.execute(statement, organisation, most):
            return deleted
    if found := await tx.all(closing.SERVICE_ACCOUNTS_OF, organisation, min(most, SERVICE_ACCOUNTS)):
        for account in found:
            await erase_service_account(tx, account)
            await tx.execute(queries.REMOVE, organisation, account)
        return len(found)
    if deleted := await tx.execute(closing.DELETE_MEMBERSHIPS, organisation, most):
        return deleted
    return await tx.execute(closing.DELETE_COUNTS, organisation)


OWNED = OrganisationData(
    delete=delete,
    export=export,
    tables=(
        "organisations",
        "memberships",
        "invitations",
        "member_counts",
        "organisation_exports",
        "organisation_export_chunks",
        "ownership_offers",
    ),
    counted=(
        Counted(_("Members"), "SELECT FROM memberships WHERE organisation_id = {organisation}"),
        Counted(
            _("Pending invitations"),
            "SELECT FROM invitations WHERE organisation_id = {organisation} AND accepted_at IS NULL AND revoked_at IS NULL",
        ),
    ),
)
