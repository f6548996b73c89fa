"""The page of an organisation's owners for a copy of all that it holds, and for its deletion."""

from __future__ import annotations

from phoenix.kernel.i18n.isolation import isolated
from phoenix.kernel.language import _
from phoenix.kernel.web.call import Call, Download
from phoenix.kernel.web.pages import Redirect, View, form, page
from phoenix.modules.organisations.actions import closing, copies
from phoenix.modules.organisations.queries import counted

DELETE = "organisations.delete"
PATH = "/o/{slug:str}/deletion"


@page(PATH, may=DELETE, within="slug", queries=3)
async def show_deletion(call: Call) -> View:
    organisation = call.member.organisation
    what = [one for owned in call.registry.owned.values() for one in owned.counted]
    counts = await call.db.one(counted.counts_of(what), organisation)
    context = {
        "closing": await closing.closing_of(call.db, organisation),
        "copies": await copies.copies_of(call.db, organisation),
        "goes": [(_(one.label), min(count, counted.MOST), count > counted.MOST) for one, count in zip(what, counts, strict=True)],
        "grace": closing.grace_of(call.runtime).days,
        "form": {"name": ""},
    }
    return View("organisations/deletion.html", context)


@form(PATH, may=DELETE, within="slug", queries=8, act="authority", sensitive=True, while_closing=True, frees=True, retry=show_deletion)
async def send_deletion(call: Call) -> Redirect:
    member = call.member
    await closing.close_organisation(call.runtime, call.tx, member, name=call.form.get("name", ""))
    return Redirect(f"/o/{member.slug}/deletion", _("Deletion scheduled. We've told all members by email."))


@form(f"{PATH}/cancel", may=DELETE, within="slug", queries=6, act="authority", sensitive=True, while_closing=True, retry=show_deletion)
async def send_cancel_deletion(call: Call) -> Redirect:
    member = call.member
    await closing.keep_organisation(call.tx, member)
    return Redirect(f"/o/{member.slug}/deletion", _("{name} will not be deleted.").format(name=isolated(member.name)))


@form(f"{PATH}/copies", may=DELETE, within="slug", queries=4, sensitive=True, while_closing=True, retry=show_deletion)
async def send_copy(call: Call) -> Redirect:
    await copies.request_copy(call.runtime, call.tx, call.member)
    return Redirect(f"/o/{call.member.slug}/deletion", _("We're preparing the copy. We'll email you when it's ready."))


@page(f"{PATH}/copies/{{export_id:str}}/archive", may=DELETE, within="slug", queries=1, sensitive=True)
async def read_copy(call: Call) -> Download:
    copy = await copies.copy_of(call.runtime, call.db, call.member.organisation, str(call.path["export_id"]))
    return Download(copy.body, "application/zip", copies.FILENAME, copy.size)


ROUTES = (show_deletion, send_deletion, send_cancel_deletion, send_copy, read_copy)
