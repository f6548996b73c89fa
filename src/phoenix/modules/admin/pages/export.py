"""A copy of a person's data, requested and downloaded by staff for a person who cannot sign in."""

from __future__ import annotations

from phoenix.kernel.language import _
from phoenix.kernel.web.call import Call, Download
from phoenix.kernel.web.pages import Redirect, form
from phoenix.modules.accounts.actions.export_data import FILENAME
from phoenix.modules.admin.actions import people
from phoenix.modules.admin.pages.front import STAFF
from phoenix.modules.admin.pages.person import EXPORT, PATH, show_person


@form(f"{PATH}/exports", may=EXPORT, queries=7, sensitive=True, retry=show_person, listeners=STAFF)
async def send_export(call: Call) -> Redirect:
    account = str(call.path["account_id"])
    await people.request_export(call.runtime, call.tx, call.actor, account)
    return Redirect(f"/staff/people/{account}", _("The copy is being prepared. Reload this page in a minute."))


@form(f"{PATH}/exports/{{export_id:str}}/fetch", may=EXPORT, queries=4, sensitive=True, retry=show_person, listeners=STAFF)
async def fetch_export(call: Call) -> Download:
    account, export = str(call.path["account_id"]), str(call.path["export_id"])
    copy = await people.fetch_export(call.runtime, call.tx, call.actor, account, export)
    return Download(copy.body, "application/zip", FILENAME, copy.size)


ROUTES = (send_export, fetch_export)
