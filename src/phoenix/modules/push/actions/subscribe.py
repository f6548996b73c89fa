"""Turn push on and off in a browser."""

from __future__ import annotations

from urllib.parse import urlsplit

from msgspec import Struct

from phoenix.kernel.actor import Actor
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.errors import NotFound, NotWhileImpersonating
from phoenix.kernel.i18n.fields import Fields
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import from_base64url
from phoenix.kernel.security.public_addresses import NOT_PUBLIC, is_address, is_public
from phoenix.modules.accounts.actions.accounts import hold
from phoenix.modules.push import queries
from phoenix.modules.push.encryption import AUTH_BYTES, read_point
from phoenix.modules.push.errors import EndpointTaken
from phoenix.modules.push.events import PushTurnedOff, PushTurnedOn
from phoenix.modules.push.vapid import public_key

# One more takes the place of the oldest.
MOST_BROWSERS = 10
LONGEST_ENDPOINT = 1000
HTTPS_PORT = 443
MISSING = _("Push isn't on in this browser.")


class Draft(Struct, frozen=True):
    """What a browser says of its subscription (Push API): where to send, its public key and its secret, both in base64url."""

    endpoint: str
    receiver: str
    auth: str


async def turn_on(runtime: Runtime, tx: Transaction, actor: Actor, draft: Draft) -> str:
    """Notify the actor by push in the browser of their session, until it ends. Returns the id.

    Raises InvalidInput, NotWhileImpersonating, and EndpointTaken if it is the address of another browser.
    """
    if actor.impersonator is not None:
        raise NotWhileImpersonating
    receiver, auth = _checked(draft)
    await hold(tx, actor.account)
    await tx.execute(queries.MAKE_ROOM, actor.account, actor.session, MOST_BROWSERS - 1)
    made, key = new_id("psh", tx.now), public_key(runtime.keys)
    if await tx.maybe(queries.ADD, made, actor.account, actor.session, draft.endpoint, receiver, auth, key, tx.now) is None:
        raise EndpointTaken
    tx.record(PushTurnedOn(subject=actor.account, session=actor.session))
    return made


async def turn_off(tx: Transaction, actor: Actor, browser: str = "") -> None:
    """Turn push off in one of the actor's browsers, or else in that of their session. Raises NotFound."""
    if browser:
        done = await tx.execute(queries.TURN_OFF, actor.account, browser)
    else:
        done = await tx.execute(queries.REMOVE_OF_SESSION, actor.account, actor.session)
    if not done:
        raise NotFound(MISSING)
    tx.record(PushTurnedOff(subject=actor.account))


def _checked(draft: Draft) -> tuple[bytes, bytes]:
    fields = Fields()
    if wrong := what_is_wrong(draft.endpoint):
        fields.refuse("endpoint", "invalid", wrong)
    receiver, auth = from_base64url(draft.receiver) or b"", from_base64url(draft.auth) or b""
    if not _is_point(receiver):
        fields.refuse("p256dh", "invalid", _("This isn't the public key of a browser."))
    if len(auth) != AUTH_BYTES:
        fields.refuse("auth", "invalid", _("This isn't the secret of a browser."))
    fields.check()
    return receiver, auth


def _is_point(data: bytes) -> bool:
    try:
        read_point(data)
    except ValueError:
        return False
    return True


def what_is_wrong(endpoint: str) -> str:
    """Why nothing can be pushed to an address, "" if it can. Its host is looked up whenever something is sent."""
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return _("This isn't a web address.")
    if len(endpoint) > LONGEST_ENDPOINT or not endpoint.isascii() or not endpoint.isprintable() or " " in endpoint or not host:
        return _("This isn't a web address.")
    if parts.scheme != "https":
        return _("Use an address that starts with https://.")
    if "@" in parts.netloc or parts.fragment or port not in {None, HTTPS_PORT}:
        return _("This isn't the address of a push service.")
    return NOT_PUBLIC if is_address(host) and not is_public(host) else ""
