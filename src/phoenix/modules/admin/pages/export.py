"""A copy of a person's data, made and fetched by staff for who asked for it but cannot sign in."""

from __future__ import annotations

from phoenix.kernel.errors import Conflict, InvalidInput
from phoenix.kernel.i18n.text import _
from phoenix.kernel.web.call import Download
from phoenix.kernel.web.pages import Redirect, Visit, form
from phoenix.modules.accounts.actions import export_data
from phoenix.modules.admin.pages.front import STAFF
from phoenix.modules.admin.pages.person import EXPORT, PATH, show_person


@form(f"{PATH}/exports", permission=EXPORT, queries=7, sensitive=True, retry=show_person, listeners=STAFF)
async def send_export(visit: Visit) -> Redirect:
    account = str(visit.path["account_id"])
    try:
        await export_data.ask_for_person(visit.tx, visit.actor, account)
    except Conflict as refusal:
        raise InvalidInput(refusal.detail) from refusal
    return Redirect(f"/staff/people/{account}", _("The copy is being made. Load this page again in a minute."))


@form(f"{PATH}/exports/{{export_id:str}}/fetch", permission=EXPORT, queries=4, sensitive=True, retry=show_person, listeners=STAFF)
async def fetch_export(visit: Visit) -> Download:
    account, export = str(visit.path["account_id"]), str(visit.path["export_id"])
    archive = await export_data.fetch_for_person(visit.tx, visit.actor, account, export)
    return Download(archive, "application/zip", export_data.FILENAME)


ROUTES = (send_export, fetch_export)
