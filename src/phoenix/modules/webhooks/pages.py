"""The webhooks of an organisation as pages."""

from __future__ import annotations

from msgspec import structs

from phoenix.kernel.errors import NotFound
from phoenix.kernel.language import _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.edits import EditedField, Edits
from phoenix.kernel.web.listing import plain_listing
from phoenix.kernel.web.pages import Redirect, View, form, page, shown_once
from phoenix.modules.webhooks import queries
from phoenix.modules.webhooks.actions import endpoints, queue
from phoenix.modules.webhooks.actions.endpoints import Draft
from phoenix.modules.webhooks.actions.request import in_words
from phoenix.modules.webhooks.api import MANAGE
from phoenix.modules.webhooks.queries import Webhook

LIST = "/o/{slug:str}/webhooks"
ONE = f"{LIST}/{{webhook_id:str}}"
PAGE_SIZE = 20
KIND = "kind "


@page(LIST, may=MANAGE, within="slug", queries=1)
async def show_webhooks(call: Call) -> View:
    found = await call.db.all(queries.OF_ORGANISATION, call.member.organisation)
    return View("webhooks/list.html", {"webhooks": found, "kinds": _kinds(call), "most": endpoints.MOST_WEBHOOKS})


@form(LIST, may=MANAGE, within="slug", act="credential", queries=4, retry=show_webhooks)
async def send_new(call: Call) -> Redirect:
    made = await endpoints.create_webhook(call.runtime, call.tx, call.member, _draft(call), kinds=queue.kinds_of(call.registry))
    return Redirect(f"/o/{call.member.slug}/webhooks/{made.id}", _("Webhook created."), shows={"secret": made.secret})


@page(ONE, may=MANAGE, within="slug", queries=2)
async def show_webhook(call: Call) -> View:
    webhook = await _find_here(call)
    made = await queries.DELIVERIES.page(call.db, call.runtime.keys, webhook.id, cursor=call.query("cursor") or None, limit=PAGE_SIZE)
    shown = {"url": webhook.url, "description": webhook.description, "version": str(webhook.version)}
    context = {
        "webhook": webhook,
        "kinds": _kinds(call),
        "form": {**shown, **{f"{KIND}{kind}": "on" for kind in webhook.kinds}},
        "edits": Edits(call.here, (EditedField("url", _("Address")), EditedField("description", _("Description")))),
        "deliveries": [structs.replace(one, problem=in_words(one.problem) if one.problem else None) for one in made.items],
        "listing": plain_listing(call, made),
        "made": shown_once(call),
    }
    return View("webhooks/show.html", context)


@form(ONE, may=MANAGE, within="slug", act="credential", queries=4, retry=show_webhook)
async def send_edit(call: Call) -> Redirect:
    webhook, kinds = await _find_here(call), queue.kinds_of(call.registry)
    await endpoints.change_webhook(call.runtime, call.tx, webhook, _draft(call), kinds=kinds, versions=call.shown_version())
    return _to(call, webhook, _("Webhook saved."))


@form(f"{ONE}/switch", may=MANAGE, within="slug", act="credential", queries=6, retry=show_webhook)
async def send_switch(call: Call) -> Redirect:
    webhook, on = await _find_here(call), call.form.get("on") == "yes"
    await endpoints.switch(call.tx, webhook, on=on)
    return _to(call, webhook, _("Webhook switched on.") if on else _("Webhook switched off."))


@form(f"{ONE}/rotate", may=MANAGE, within="slug", act="credential", queries=3, retry=show_webhook)
async def send_rotate(call: Call) -> Redirect:
    webhook = await _find_here(call)
    made = await endpoints.rotate_secret(call.runtime, call.tx, webhook, at_once="at_once" in call.form)
    return Redirect(f"/o/{call.member.slug}/webhooks/{webhook.id}", _("New secret created."), shows={"secret": made.secret})


@form(f"{ONE}/delete", frees=True, may=MANAGE, within="slug", act="credential", queries=3, retry=show_webhook)
async def send_delete(call: Call) -> Redirect:
    await endpoints.delete_webhook(call.tx, await _find_here(call))
    return Redirect(f"/o/{call.member.slug}/webhooks", _("Webhook deleted."))


@form(f"{ONE}/replay", may=MANAGE, within="slug", queries=6, retry=show_webhook)
async def send_replay(call: Call) -> Redirect:
    webhook = await _find_here(call)
    await queue.replay(call.tx, call.member, webhook, call.form.get("delivery", ""))
    return _to(call, webhook, _("It will be sent again."))


def _kinds(call: Call) -> list[str]:
    return queue.kinds_of(call.registry)


def _draft(call: Call) -> Draft:
    kinds = [name.removeprefix(KIND) for name in call.form if name.startswith(KIND)]
    return Draft(call.form.get("url", ""), call.form.get("description", ""), kinds)


async def _find_here(call: Call) -> Webhook:
    """The webhook in the URL, which must belong to the organisation in the URL."""
    webhook = await endpoints.find_webhook(call.db, call.path["webhook_id"])
    if webhook.organisation != call.member.organisation:
        raise NotFound(endpoints.MISSING)
    return webhook


def _to(call: Call, webhook: Webhook, toast: str) -> Redirect:
    return Redirect(f"/o/{call.member.slug}/webhooks/{webhook.id}", toast)


ROUTES = (show_webhooks, send_new, show_webhook, send_edit, send_switch, send_rotate, send_delete, send_replay)
