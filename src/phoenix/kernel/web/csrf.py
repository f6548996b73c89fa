"""Cross-site request forgery: a token in every form, bound to the person or browser, and the origin reported by the browser.

Required wherever a browser would send its cookie automatically: for unsafe methods with one of our cookies, and for
every form. Requests authenticated by the Authorization header need no token.

Each page gets its own token, sealed. So a compressed page gives nothing away about it (BREACH), and it names the page it was
given to: a form that is sent twice is recognised by it. It is bound to the person rather than to the session, so that a page
that was open while they signed in again can still be sent.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from phoenix.kernel.actor import Actor
from phoenix.kernel.errors import Forbidden
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import from_base64url, to_base64url
from phoenix.kernel.web.application import AnyRequest
from phoenix.settings import Settings

BROWSER_COOKIE = "phoenix_visitor"
PURPOSE = "csrf"
VALID = timedelta(days=7)
# How the ids of accounts begin. A browser's value has no such sign in it.
ACCOUNTS = "acc_"

_SECONDS_BYTES = 8


class Forged(Forbidden):
    code, title = "csrf_failed", "Page expired"
    sentence = "This page has expired, or cookies are turned off. Reload it and try again."


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says: whom its page was made for, and when."""

    binding: str
    at: datetime


def token_for(runtime: Runtime, binding: str) -> str:
    """A new token for an account (see `binding_of`) or the value of the browser cookie. About 90 characters."""
    said = int(runtime.clock.now().timestamp()).to_bytes(_SECONDS_BYTES, "big") + binding.encode()
    return to_base64url(runtime.keys.seal(PURPOSE, said))


def read_token(runtime: Runtime, given: str | None) -> Token | None:
    """What a token of ours says; None if it is damaged, forged, or older than VALID."""
    sealed = from_base64url(given or "")
    said = runtime.keys.unseal(PURPOSE, sealed) if sealed else None
    if said is None:
        return None
    token = Token(said[_SECONDS_BYTES:].decode(), datetime.fromtimestamp(int.from_bytes(said[:_SECONDS_BYTES], "big"), UTC))
    return token if runtime.clock.now() - token.at < VALID else None


def binding_of(actor: Actor) -> str:
    """What the tokens of a person's pages are bound to. Whoever impersonates them has others."""
    return actor.account if actor.impersonator is None else f"{actor.account} {actor.impersonator}"


def account_of(binding: str) -> str | None:
    """The account of a person's token; None for that of a browser in which nobody was signed in."""
    account = binding.partition(" ")[0]
    return account if account.startswith(ACCOUNTS) else None


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


def check(runtime: Runtime, bindings: frozenset[str], given: str | None) -> None:
    """Raises Forged unless the token belongs to one of these people and browsers."""
    token = read_token(runtime, given)
    if token is not None and token.binding in bindings:
        return
    if token is not None and account_of(token.binding) and any(map(account_of, bindings)):
        raise Forged(_("Someone else has signed in in this browser since this page was opened. To send this, sign in as before."))
    raise Forged


def _netloc(origin: str) -> str | None:
    """The host name and port of an address; None if it is not one."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None
