"""The link in an email that ends such emails, without signing in: opening it changes nothing, sending it does (RFC 8058)."""

from __future__ import annotations

from phoenix.kernel.cache.limits import Limit
from phoenix.kernel.errors import NotFound
from phoenix.kernel.language import _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.endpoint import post
from phoenix.kernel.web.pages import Redirect, View, form, page
from phoenix.kernel.web.rules import PUBLIC
from phoenix.modules.notifications.actions import choose
from phoenix.modules.notifications.actions.send import UNSUBSCRIBE

LINK = "/notifications/unsubscribe/{token:str}"
DONE = "/notifications/unsubscribed/{token:str}"
# Of a link, and of a network: a provider of mailboxes sends the requests of all its customers from a few addresses, people press the button
# themselves.
LIMIT = Limit("unsubscribe", 60, 900)
REQUESTS = Limit("unsubscribe_requests", 6000, 900)
PRESSED = Limit("unsubscribe_pages", 60, 900)
MOST_BYTES = 4096


@page(LINK, may=PUBLIC, queries=0)
async def show_unsubscribe(call: Call) -> View:
    _account, kind = _signed(call)
    found = call.registry.notifications.get(kind)
    return View("notifications/unsubscribe.html", {"token": call.path["token"], "label": found.label if found else "", "done": False})


@post(LINK, tag="notifications", may=PUBLIC, queries=2, limits=(REQUESTS,), cross_site=True, body_most=MOST_BYTES, documented=False)
async def unsubscribe_at_once(call: Call) -> None:
    """A mail program sends this by itself, once someone asks it to. It follows no redirect (RFC 8058, 3.2)."""
    await _unsubscribe(call)


@form(DONE, may=PUBLIC, queries=2, limits=(PRESSED,), retry=LINK)
async def send_unsubscribe(call: Call) -> Redirect:
    await _unsubscribe(call)
    return Redirect(f"/notifications/unsubscribed/{call.path['token']}")


@page(DONE, may=PUBLIC, queries=0)
async def show_unsubscribed(call: Call) -> View:
    _account, kind = _signed(call)
    found = call.registry.notifications.get(kind)
    return View("notifications/unsubscribe.html", {"token": call.path["token"], "label": found.label if found else "", "done": True})


async def _unsubscribe(call: Call) -> None:
    """End the emails of a link's kind; of all kinds, if it is of all. A kind that no longer exists is sent to nobody."""
    account, kind = _signed(call)
    await call.runtime.limiter.require(LIMIT, f"{account} {kind}")
    kinds = call.registry.optional_notifications
    await choose.unsubscribe(call.tx, account, [name for name in kinds if name == kind or not kind])


def _signed(call: Call) -> tuple[str, str]:
    """The account and the kind of a link; "" for all kinds. Raises NotFound for one that we have not made."""
    signed = call.runtime.keys.verify(UNSUBSCRIBE, call.path["token"], now=call.runtime.clock.now())
    if signed is None:
        raise NotFound(_("This link is damaged. Copy it again from the email, or sign in and change your settings."))
    account, _space, kind = signed.partition(" ")
    return account, kind


ROUTES = (show_unsubscribe, unsubscribe_at_once, send_unsubscribe, show_unsubscribed)
