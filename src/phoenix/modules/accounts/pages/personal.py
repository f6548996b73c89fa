"""Settings → your data: a copy of it, and deleting the account."""

from __future__ import annotations

from phoenix.kernel.language import _
from phoenix.kernel.web.call import Call, Download
from phoenix.kernel.web.pages import Redirect, View, form, page
from phoenix.kernel.web.rules import SIGNED_IN
from phoenix.modules.accounts.actions import delete_account, export_data


@page("/settings/data", may=SIGNED_IN, queries=1)
async def show_data(call: Call) -> View:
    exports = await export_data.exports_of(call.db, call.actor.account)
    context = {"exports": exports, "grace": call.runtime.settings.accounts.deletion_grace, "erase_at": call.actor.record.erase_at}
    return View("accounts/settings/data.html", context)


@form("/settings/data/export", may=SIGNED_IN, queries=4, sensitive=True, retry=show_data)
async def send_export(call: Call) -> Redirect:
    await export_data.request_export(call.runtime, call.tx, call.actor)
    return Redirect("/settings/data", _("We're preparing your copy. We'll email you when it's ready."))


@page("/settings/data/{export_id:str}/archive", may=SIGNED_IN, queries=1, sensitive=True)
async def read_archive(call: Call) -> Download:
    copy = await export_data.archive_of(call.runtime, call.db, call.actor.account, str(call.path["export_id"]))
    return Download(copy.body, "application/zip", export_data.FILENAME, copy.size)


@page("/settings/data/delete", may=SIGNED_IN, queries=0, sensitive=True)
async def show_delete(call: Call) -> View:
    return View("accounts/settings/delete.html", {"grace": call.runtime.settings.accounts.deletion_grace})


@form("/settings/data/delete", frees=True, may=SIGNED_IN, queries=13, sensitive=True, retry=show_delete)
async def send_delete(call: Call) -> Redirect:
    await delete_account.request_deletion(call.runtime, call.tx, call.actor)
    return Redirect("/settings/data", _("Your account is scheduled for deletion. Until then you can cancel the deletion here."))


@form("/settings/data/keep", may=SIGNED_IN, act="credential", step_up=False, queries=5)
async def send_cancel_deletion(call: Call) -> Redirect:
    await delete_account.cancel_deletion(call.tx, call.actor)
    return Redirect("/settings/data", _("Deletion cancelled."))


ROUTES = (show_data, send_export, read_archive, show_delete, send_delete, send_cancel_deletion)
