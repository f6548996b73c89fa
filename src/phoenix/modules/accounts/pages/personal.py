"""Settings → your data: a copy of it, and the end of the account."""

from __future__ import annotations

from phoenix.kernel.errors import Conflict, InvalidInput
from phoenix.kernel.i18n.text import _
from phoenix.kernel.web.call import Download
from phoenix.kernel.web.pages import Redirect, View, Visit, form, page
from phoenix.kernel.web.rules import LOGGED_IN
from phoenix.modules.accounts.actions import delete_account, export_data
from phoenix.modules.accounts.queries import personal


@page("/settings/data", permission=LOGGED_IN, queries=1)
async def show_data(visit: Visit) -> View:
    exports = await visit.db.all(personal.EXPORTS, visit.actor.account, visit.db.now)
    context = {"exports": exports, "grace": visit.runtime.settings.accounts.deletion_grace, "erase_at": visit.actor.record.erase_at}
    return View("accounts/settings/data.html", context)


@form("/settings/data/export", permission=LOGGED_IN, queries=4, sensitive=True, retry=show_data)
async def send_export(visit: Visit) -> Redirect:
    await export_data.ask_for_export(visit.runtime, visit.tx, visit.actor)
    return Redirect("/settings/data", _("We are putting your copy together. A mail tells you when it is ready."))


@page("/settings/data/{export_id:str}/archive", permission=LOGGED_IN, queries=1, sensitive=True)
async def read_archive(visit: Visit) -> Download:
    archive = await export_data.archive_of(visit.db, visit.actor, str(visit.path["export_id"]))
    return Download(archive, "application/zip", export_data.FILENAME)


@page("/settings/data/delete", permission=LOGGED_IN, queries=0, sensitive=True)
async def show_delete(visit: Visit) -> View:
    return View("accounts/settings/delete.html", {"grace": visit.runtime.settings.accounts.deletion_grace})


@form("/settings/data/delete", permission=LOGGED_IN, queries=7, sensitive=True, retry=show_delete)
async def send_delete(visit: Visit) -> Redirect:
    try:
        await delete_account.ask_for_deletion(visit.runtime, visit.tx, visit.actor)
    except Conflict as refusal:
        raise InvalidInput(refusal.detail) from refusal
    return Redirect("/settings/data", _("Your account will be deleted. Until then you can change your mind here."))


@form("/settings/data/keep", permission=LOGGED_IN, queries=3)
async def send_keep(visit: Visit) -> Redirect:
    await delete_account.keep_account(visit.tx, visit.actor)
    return Redirect("/settings/data", _("Your account stays."))


ROUTES = (show_data, send_export, read_archive, show_delete, send_delete, send_keep)
