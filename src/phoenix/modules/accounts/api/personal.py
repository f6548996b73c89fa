"""JSON routes of a person's rights: a copy of their data, and the end of their account."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.web.call import Accepted, Call, Download
from phoenix.kernel.web.endpoint import delete, get, post
from phoenix.kernel.web.instants import Instant, instant
from phoenix.kernel.web.rules import SIGNED_IN
from phoenix.modules.accounts.actions import delete_account, export_data
from phoenix.modules.accounts.api.data import Nothing
from phoenix.modules.accounts.queries import personal


class ExportAnswer(Struct):
    id: str
    created_at: Instant
    ready_at: Instant | None
    expires_at: Instant


class ExportList(Struct):
    items: list[ExportAnswer]
    next_cursor: str | None = None


class ExportAsked(Struct):
    id: str


@get("/api/v2/exports", may=SIGNED_IN, queries=1, sensitive=True)
async def list_exports(call: Call) -> ExportList:
    """The copies of your data that you asked for in the last week."""
    found = await call.db.all(personal.EXPORTS, call.actor.account, call.db.now)
    return ExportList(
        [ExportAnswer(e.id, instant(e.created_at), instant(e.ready_at) if e.ready_at else None, instant(e.until)) for e in found]
    )


@post("/api/v2/exports", may=SIGNED_IN, queries=3, sensitive=True)
async def ask_for_export(call: Call) -> Accepted[ExportAsked]:
    """Ask for a copy of all that is kept of you. A job makes it; a mail tells when it is there."""
    return Accepted(ExportAsked(await export_data.ask_for_export(call.runtime, call.tx, call.actor)))


@get("/api/v2/exports/{export_id:str}/archive", may=SIGNED_IN, queries=1, sensitive=True)
async def read_archive(call: Call, export_id: str) -> Download:
    """The copy, as a ZIP archive of JSON files."""
    return Download(await export_data.archive_of(call.db, call.actor, export_id), "application/zip", export_data.FILENAME)


@delete("/api/v2/me", may=SIGNED_IN, queries=6, sensitive=True)
async def ask_for_deletion(call: Call) -> None:
    """Ask for the end of your account. Until the grace is over you can take it back."""
    await delete_account.ask_for_deletion(call.runtime, call.tx, call.actor)


@post("/api/v2/me/keep", may=SIGNED_IN, queries=2)
async def keep_account(call: Call) -> Accepted[Nothing]:
    """Take the wish to delete the account back."""
    await delete_account.keep_account(call.tx, call.actor)
    return Accepted(Nothing())


ROUTES = (list_exports, ask_for_export, read_archive, ask_for_deletion, keep_account)
