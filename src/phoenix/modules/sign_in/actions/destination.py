"""Where someone was going when they started to sign in or up: stored with the flow, and opened when it ends.

It is sealed, since it can hold the token of an invitation, and bound to the address or the sign-up that it was stored with.
"""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import from_base64url, to_base64url

PURPOSE = "destination"


class Proven(Struct, frozen=True):
    """An account whose mailbox someone has, and where they were going, or ""."""

    account: str
    on_to: str


def seal_destination(runtime: Runtime, on_to: str, bound_to: str) -> str:
    """The path to store; "" for the front page."""
    if on_to in {"", "/"}:
        return ""
    return to_base64url(runtime.keys.seal(PURPOSE, on_to.encode(), bound_to=bound_to))


def open_destination(runtime: Runtime, sealed: str, bound_to: str) -> str:
    """The stored path, or "" where there is none."""
    opened = runtime.keys.unseal(PURPOSE, from_base64url(sealed) or b"", bound_to=bound_to) if sealed else None
    return opened.decode() if opened else ""
