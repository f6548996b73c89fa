"""Routes of the local mailbox: JSON for tests and scripts, pages for people.

Readable only from this machine: other clients, and requests that came through a proxy, get 404. Outside development it is
not mounted at all.
"""

from __future__ import annotations

import asyncio
import ipaddress
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import MediaType, Request, Router, delete, get
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, FromQuery
from litestar.response import Response
from msgspec import Struct

from phoenix.embedded.mailbox.checks import LINK, Checks, checked
from phoenix.embedded.mailbox.store import Mailbox, StoredMessage, mailbox_of
from phoenix.kernel.errors import NotFound
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.sms.text import size
from phoenix.kernel.web.application import app_of
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.csrf import refuse_other_origins
from phoenix.kernel.web.headers import policy
from phoenix.kernel.web.instants import Instant, instant
from phoenix.kernel.web.pages import Redirect, View, form, page
from phoenix.kernel.web.rules import PUBLIC, Rule
from phoenix.settings import Settings

# Templates use it as "mailbox".
TEMPLATES = Path(__file__).parents[1] / "templates" / "mailbox"
STYLES = (TEMPLATES / "mailbox.css").read_text(encoding="utf-8")
STYLES_ADDRESS = f"/mailbox/{sha256(STYLES.encode()).hexdigest()[:8]}.css"
VIEWS = ("seen", "text", "source", "checks")
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
OPEN = {"rule": Rule(PUBLIC), "queries": 0}
NO_STORE = {"Cache-Control": "no-store"}
# Our own page, which frames the email. It opens no socket, so the address of the realtime processes is not in it.
PAGE_POLICY = policy(Settings(), frames="'self'")
# An email is untrusted HTML: it can have its own style and images, but no script and no requests, and links open in a new window.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)

MailboxRequest = Request[Any, Any, State]


class Message(Struct, frozen=True):
    """One message to one recipient. `text` and `html` are empty where the message has no such part."""

    id: str
    to: str
    subject: str
    text: str
    html: str
    received_at: Instant


class Messages(Struct, frozen=True):
    """Messages, newest first."""

    items: list[Message]


def only_here(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Raises NotFound unless the request comes straight from this machine, and was meant for it.

    The Host header is checked because another site can point a name of its own at 127.0.0.1 (DNS rebinding).
    """
    peer = connection.scope.get("client")
    host = urlsplit(f"//{connection.headers.get('host', '')}").hostname or ""
    direct = peer is not None and _is_loopback(peer[0]) and not any(name in connection.headers for name in FORWARDED)
    if not direct or not (host == "localhost" or _is_loopback(host)):
        raise NotFound("There's no page at this address.")


@get("/mailbox/api/messages", include_in_schema=False, opt=OPEN)
async def list_messages(request: MailboxRequest, to: FromQuery[str] = "") -> Response[bytes]:
    found = await asyncio.to_thread(_mailbox(request).newest, to=to)
    return _json(Messages([_public(message) for message in found]))


@get("/mailbox/api/messages/{id_:str}", include_in_schema=False, opt=OPEN)
async def read_message(request: MailboxRequest, id_: FromPath[str]) -> Response[bytes]:
    return _json(_public(await _find(_mailbox(request), id_)))


@delete("/mailbox/api/messages", include_in_schema=False, opt=OPEN, status_code=204)
async def delete_messages(request: MailboxRequest) -> None:
    refuse_other_origins(request, _runtime(request).settings)
    await asyncio.to_thread(_mailbox(request).empty)


@get("/mailbox/{id_:str}/seen", include_in_schema=False, opt=OPEN)
async def show_html(request: MailboxRequest, id_: FromPath[str]) -> Response[str]:
    """Only the HTML of a message, for the frame on its page."""
    message = await _find(_mailbox(request), id_)
    body = f'<!doctype html><base target="_blank">{message.html}'
    headers = NO_STORE | {"Content-Security-Policy": MAIL_POLICY, "X-Frame-Options": "SAMEORIGIN"}
    return Response(body, media_type=MediaType.HTML, headers=headers)


@get(STYLES_ADDRESS, include_in_schema=False, opt=OPEN)
async def show_styles() -> Response[str]:
    return Response(STYLES, media_type=MediaType.CSS, headers={"Cache-Control": "public, max-age=31536000, immutable"})


@page("/mailbox", may=PUBLIC, queries=0)
async def show_mailbox(call: Call) -> View:
    return await _view(call, None)


@page("/mailbox/{id_:str}", may=PUBLIC, queries=0)
async def show_message(call: Call) -> View:
    return await _view(call, await _find(mailbox_of(call.runtime.settings), str(call.path["id_"])))


@form("/mailbox/empty", may=PUBLIC, queries=0)
async def empty_mailbox(call: Call) -> Redirect:
    await asyncio.to_thread(mailbox_of(call.runtime.settings).empty)
    return Redirect("/mailbox")


def _allow_frame(response: Response[Any]) -> Response[Any]:
    response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
    return response


# Only to be mounted outside production.
MAILBOX_ROUTES = (
    Router(
        path="/",
        guards=[only_here],
        after_request=_allow_frame,
        route_handlers=[list_messages, read_message, delete_messages, show_html, show_styles, show_mailbox, show_message, empty_mailbox],
    ),
)


async def _view(call: Call, message: StoredMessage | None) -> View:
    mailbox = mailbox_of(call.runtime.settings)
    words = call.query("q")[:200]
    messages = await asyncio.to_thread(mailbox.newest, words=words)
    shown = message or (messages[0] if messages and not words else None)
    chosen = call.query("view", "seen")
    view = chosen if chosen in VIEWS else "seen"
    if shown is not None and ((not shown.html and view == "seen") or (shown.is_sms and view == "checks")):
        view = "text"
    return View(
        "mailbox/mailbox.html",
        {
            "messages": messages,
            "count": await asyncio.to_thread(mailbox.count),
            "message": shown,
            "size": size(shown.text.strip("\n")) if shown is not None and shown.is_sms else None,
            "links": LINK.findall(shown.text) if shown is not None and shown.is_sms else [],
            "view": view,
            "checks": await _checks(shown) if shown is not None and view == "checks" else None,
            "words": words,
            "styles": STYLES_ADDRESS,
        },
    )


async def _checks(message: StoredMessage) -> Checks:
    return await asyncio.to_thread(checked, message.subject, message.text, message.html)


async def _find(mailbox: Mailbox, id_: str) -> StoredMessage:
    found = await asyncio.to_thread(mailbox.one, id_)
    if found is None:
        raise NotFound("This message doesn't exist. The mailbox keeps the newest 1,000.")
    return found


def _runtime(request: MailboxRequest) -> Runtime:
    return app_of(request).runtime


def _mailbox(request: MailboxRequest) -> Mailbox:
    return mailbox_of(_runtime(request).settings)


def _public(stored: StoredMessage) -> Message:
    return Message(stored.id, stored.to, stored.subject, stored.text, stored.html, instant(stored.received_at))


def _json(value: Struct) -> Response[bytes]:
    return Response(msgspec.json.encode(value), media_type=MediaType.JSON, headers=NO_STORE)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
