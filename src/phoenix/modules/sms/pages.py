"""The number for text messages: among the settings for notifications, and a page to add, confirm and remove it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phoenix.kernel.language import _
from phoenix.kernel.sms.numbers import masked
from phoenix.kernel.sms.transports import is_offered
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import Redirect, View, form, page
from phoenix.kernel.web.rules import SIGNED_IN
from phoenix.modules.sms import queries
from phoenix.modules.sms.actions import number
from phoenix.modules.sms.actions.limits import CONFIRMATIONS, REQUESTS

SETTINGS = "/settings/notifications"
PAGE = f"{SETTINGS}/sms"


async def own_number(call: Call) -> Mapping[str, Any]:
    """The reader's number, masked; and whether there are text messages at all."""
    if not is_offered(call.runtime.settings):
        return {"offered": False}
    found = await call.db.maybe(queries.NUMBER, call.actor.account)
    return {"offered": True, "number": masked(found.number) if found else "", "stopped": found is not None and found.stopped}


@page(PAGE, may=SIGNED_IN, queries=2)
async def show_number(call: Call) -> View:
    number.require_offered(call.runtime)
    waiting = await call.db.maybe(queries.REQUEST, call.actor.account)
    context = {
        **await own_number(call),
        "form": {},
        "waiting": masked(waiting.number) if waiting else "",
        "failure": (waiting.failure or "") if waiting else "",
    }
    return View("sms/number.html", context)


@form(PAGE, may=SIGNED_IN, queries=6, limits=(REQUESTS,), sensitive=True, retry=show_number)
async def send_number(call: Call) -> Redirect:
    await number.request_number(call.runtime, call.tx, call.actor, call.form.get("number", ""))
    return Redirect(PAGE, _("We've sent a code to the number."))


@form(f"{PAGE}/again", may=SIGNED_IN, queries=7, limits=(REQUESTS,), sensitive=True, retry=show_number)
async def send_again(call: Call) -> Redirect:
    await number.request_again(call.runtime, call.tx, call.actor)
    return Redirect(PAGE, _("We've sent a code to the number."))


@form(f"{PAGE}/confirm", may=SIGNED_IN, queries=9, limits=(CONFIRMATIONS,), retry=show_number)
async def send_code(call: Call) -> Redirect:
    await number.confirm_number(call.runtime, call.tx, call.actor, call.form.get("code", ""))
    return Redirect(SETTINGS, _("Phone number confirmed."))


@form(f"{PAGE}/cancel", frees=True, may=SIGNED_IN, queries=1, retry=show_number)
async def send_cancel(call: Call) -> Redirect:
    await number.cancel_request(call.tx, call.actor)
    return Redirect(PAGE)


@form(f"{PAGE}/remove", frees=True, may=SIGNED_IN, queries=4, retry=show_number)
async def send_remove(call: Call) -> Redirect:
    await number.remove_number(call.tx, call.actor)
    return Redirect(PAGE, _("Phone number removed."))


ROUTES = (show_number, send_number, send_again, send_code, send_cancel, send_remove)
