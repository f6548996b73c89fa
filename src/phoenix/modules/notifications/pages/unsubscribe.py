"""The link in an email that ends such emails, without signing in: opening it changes nothing, sending it does (RFC 8058)."""

from __future__ import annotations

from phoenix.kernel.cache.limits import Limit
from phoenix.kernel.errors import NotFound
from phoenix.kernel.language import _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import Redirect, View, form, page
from phoenix.kernel.web.rules import PUBLIC
from phoenix.modules.notifications.actions import choose
from phoenix.modules.notifications.actions.send import UNSUBSCRIBE

LINK = "/notifications/unsubscribe/{token:str}"
LIMIT = Limit("unsubscribe", 60, 900)


@page(LINK, may=PUBLIC, queries=0, limits=(LIMIT,))
async def show_unsubscribe(call: Call) -> View:
    _account, kind = _signed(call)
    found = call.registry.notifications.get(kind)
    return View("notifications/unsubscribe.html", {"token": call.path["token"], "label": found.label if found else "", "done": False})


@form(LINK, may=PUBLIC, queries=2, limits=(LIMIT,), cross_site=True)
async def send_unsubscribe(call: Call) -> Redirect:
    """A mail program sends this by itself, once someone asks it to."""
    account, kind = _signed(call)
    kinds = call.registry.optional_notifications
    await choose.unsubscribe(call.tx, account, [kind] if kind in kinds else list(kinds))
    return Redirect(f"/notifications/unsubscribed/{call.path['token']}")


@page("/notifications/unsubscribed/{token:str}", may=PUBLIC, queries=0)
async def show_unsubscribed(call: Call) -> View:
    _account, kind = _signed(call)
    found = call.registry.notifications.get(kind)
    return View("notifications/unsubscribe.html", {"token": call.path["token"], "label": found.label if found else "", "done": True})


def _signed(call: Call) -> tuple[str, str]:
    """The account and the kind of a link; "" for all kinds. Raises NotFound for one that we have not made."""
    signed = call.runtime.keys.verify(UNSUBSCRIBE, call.path["token"], now=call.runtime.clock.now())
    if signed is None:
        raise NotFound(_("This link is damaged. Copy it again from the email, or sign in and change your settings."))
    account, _space, kind = signed.partition(" ")
    return account, kind


ROUTES = (show_unsubscribe, send_unsubscribe, show_unsubscribed)
