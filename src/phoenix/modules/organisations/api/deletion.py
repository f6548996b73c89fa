"""JSON routes for copies of what an organisation holds, and for its deletion."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.actor import Membership
from phoenix.kernel.data.cursors import Page
from phoenix.kernel.errors import NotFound
from phoenix.kernel.i18n.fields import Text
from phoenix.kernel.language import _
from phoenix.kernel.web.call import Accepted, Call, Created, Download
from phoenix.kernel.web.endpoint import delete, get, post
from phoenix.kernel.web.instants import Instant, instant
from phoenix.modules.organisations.actions import closing, copies

DELETE = "organisations.delete"
PATH = "/api/v2/organisations/{organisation_id:str}/deletion"
COPIES = "/api/v2/organisations/{organisation_id:str}/exports"


class DeletionData(Struct, forbid_unknown_fields=True):
    """`name` is the name of the organisation, to confirm which one is meant."""

    name: Text


class DeletionAnswer(Struct):
    """`closes_at` is when it will be deleted, `asked_by` the account that asked."""

    closes_at: Instant
    asked_by: str | None


class OrganisationExportAnswer(Struct):
    id: str
    asked_by: str
    created_at: Instant
    ready_at: Instant | None
    expires_at: Instant


class RequestedOrganisationExport(Struct):
    id: str


@get(PATH, may="organisations.read", within="organisation_id", queries=1)
async def read_organisation_deletion(call: Call, member: Membership) -> DeletionAnswer:
    """Get when an organisation will be deleted, and who asked for it. 404 if nobody did."""
    return _answer(await closing.closing_of(call.db, member.organisation))


@post(PATH, may=DELETE, within="organisation_id", queries=7, act="authority", sensitive=True, while_closing=True, frees=True)
async def request_organisation_deletion(call: Call, member: Membership, data: DeletionData) -> Created[DeletionAnswer]:
    """Delete an organisation after the grace period. Until then it is read-only, and an owner can cancel the deletion.

    Every member is notified by email. Repeating the request changes nothing.
    """
    found = await closing.close_organisation(call.runtime, call.tx, member, name=data.name)
    return Created(_answer(found), f"/api/v2/organisations/{member.organisation}/deletion")


@delete(PATH, may=DELETE, within="organisation_id", queries=6, act="authority", sensitive=True, while_closing=True)
async def cancel_organisation_deletion(call: Call, member: Membership) -> None:
    """Cancel the deletion of an organisation, before it is deleted."""
    await closing.keep_organisation(call.tx, member)


@get(COPIES, may=DELETE, within="organisation_id", queries=1, sensitive=True)
async def list_organisation_exports(call: Call, member: Membership) -> Page[OrganisationExportAnswer]:
    """List the copies of an organisation that its owners requested in the last 7 days."""
    return Page(
        [
            OrganisationExportAnswer(
                one.id, one.asked_by, instant(one.created_at), instant(one.ready_at) if one.ready_at else None, instant(one.until)
            )
            for one in await copies.copies_of(call.db, member.organisation)
        ]
    )


@post(COPIES, may=DELETE, within="organisation_id", queries=3, sensitive=True, while_closing=True)
async def request_organisation_export(call: Call, member: Membership) -> Accepted[RequestedOrganisationExport]:
    """Request a copy of everything an organisation holds. It is prepared in the background, and an email is sent when it is ready."""
    return Accepted(RequestedOrganisationExport(await copies.request_copy(call.runtime, call.tx, member)))


@get(f"{COPIES}/{{export_id:str}}/archive", may=DELETE, within="organisation_id", queries=1, sensitive=True)
async def read_organisation_export(call: Call, member: Membership, export_id: str) -> Download:
    """Download the copy of an organisation, as a ZIP archive of JSON files."""
    copy = await copies.copy_of(call.runtime, call.db, member.organisation, export_id)
    return Download(copy.body, "application/zip", copies.FILENAME, copy.size)


def _answer(found: closing.Closing) -> DeletionAnswer:
    if found.closes_at is None:
        raise NotFound(_("This organisation isn't scheduled for deletion."))
    return DeletionAnswer(instant(found.closes_at), found.closed_by)


ROUTES = (
    read_organisation_deletion,
    request_organisation_deletion,
    cancel_organisation_deletion,
    list_organisation_exports,
    request_organisation_export,
    read_organisation_export,
)
