"""JSON routes of a person's rights: a copy of their data, and the deletion of their account."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.data.cursors import Page
from phoenix.kernel.web.call import Accepted, Call, Download
from phoenix.kernel.web.endpoint import delete, get, post
from phoenix.kernel.web.instants import Instant, instant
from phoenix.kernel.web.rules import SIGNED_IN
from phoenix.modules.accounts.actions import delete_account, export_data


class ExportAnswer(Struct):
    id: str
    created_at: Instant
    ready_at: Instant | None
    expires_at: Instant


class RequestedExport(Struct):
    id: str


@get("/api/v2/exports", may=SIGNED_IN, queries=1, sensitive=True)
async def list_exports(call: Call) -> Page[ExportAnswer]:
    """List the copies of your data that you requested in the last 7 days."""
    found = await export_data.exports_of(call.db, call.actor.account)
    return Page([ExportAnswer(e.id, instant(e.created_at), instant(e.ready_at) if e.ready_at else None, instant(e.until)) for e in found])


@post("/api/v2/exports", may=SIGNED_IN, queries=3, sensitive=True)
async def request_export(call: Call) -> Accepted[RequestedExport]:
    """Request a copy of everything we hold about you. It is prepared in the background, and we send an email when it is ready."""
    return Accepted(RequestedExport(await export_data.request_export(call.runtime, call.tx, call.actor)))


@get("/api/v2/exports/{export_id:str}/archive", may=SIGNED_IN, queries=1, sensitive=True)
async def read_archive(call: Call, export_id: str) -> Download:
    """Download the copy, as a ZIP archive of JSON files."""
    copy = await export_data.archive_of(call.runtime, call.db, call.actor.account, export_id)
    return Download(copy.body, "application/zip", export_data.FILENAME, copy.size)


@delete("/api/v2/me", may=SIGNED_IN, queries=12, sensitive=True)
async def request_deletion(call: Call) -> None:
    """Request the deletion of your account. You can cancel until it is deleted."""
    await delete_account.request_deletion(call.runtime, call.tx, call.actor)


@delete("/api/v2/me/deletion", may=SIGNED_IN, act="credential", step_up=False, queries=4)
async def cancel_deletion(call: Call) -> None:
    """Cancel the deletion of your account, before it is deleted."""
    await delete_account.cancel_deletion(call.tx, call.actor)


ROUTES = (list_exports, request_export, read_archive, request_deletion, cancel_deletion)
