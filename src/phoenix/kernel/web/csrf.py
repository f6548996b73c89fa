"""Cross-site request forgery: a token bound to the session or browser, and the origin reported by the browser.

Required wherever a browser would send its cookie automatically: for unsafe methods with one of our cookies, and for
every form. Requests authenticated by the Authorization header need no token.
"""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from phoenix.kernel.errors import Forbidden
from phoenix.kernel.security.crypto import Keys, same
from phoenix.kernel.web.application import AnyRequest
from phoenix.kernel.web.masks import mask, unmask
from phoenix.settings import Settings

BROWSER_COOKIE = "phoenix_visitor"
PURPOSE = "csrf"


class Forged(Forbidden):
    code, title = "csrf_failed", "Page expired"


def token_for(keys: Keys, binding: str) -> str:
    """A token for a session id, or for the browser cookie's value; another text each time."""
    return mask(keys.mac(PURPOSE, binding))


def new_browser() -> str:
    return secrets.token_urlsafe(18)


def refuse_other_origins(request: AnyRequest, settings: Settings) -> None:
    """Raises Forged if the browser says that another site made the request (Sec-Fetch-Site, Origin)."""
    origin = request.headers.get("origin")
    if origin in settings.web.cors_origins:
        return
    if request.headers.get("sec-fetch-site") in {"cross-site", "same-site"}:
        raise Forged("This request came from another site. Open the page here and try again.")
    if origin and origin != "null" and _netloc(origin) not in {request.headers.get("host", ""), _netloc(settings.public_url)}:
        raise Forged("This request came from another site. Open the page here and try again.")


def check(keys: Keys, binding: str | None, given: str | None) -> None:
    """Raises Forged if the token does not belong to the session or browser."""
    sent = unmask(given) if given else None
    if not binding or sent is None or not same(keys.mac(PURPOSE, binding), sent):
        raise Forged("This page has expired, or cookies are turned off. Reload it and try again.")


def _netloc(origin: str) -> str | None:
    """The host name and port of an address; None if it is not one."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None
