"""Message-IDs that only we can make, so that what comes back about an email can be told from what a stranger wrote.

An ID is bound to the address that the email was for: whoever received one can report only what is theirs.
"""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime
from email.utils import parseaddr

from msgspec import Struct

from phoenix.kernel.security.crypto import Keys, new_token, same

PURPOSE, REFERENCE = "message id", "email reference"
_MAC_BYTES, _REFERENCE_BYTES = 15, 10
# Lower case throughout: some mail servers change the case of what they return.
_OURS = re.compile(r"<([0-9a-f]{1,12})\.([a-z0-9_-]{16})\.([a-z2-7]{24})@[^@<>\s]+>", re.ASCII)


class SentEmail(Struct, frozen=True):
    """An email of ours: when it was sent, and by what whoever sent it knows it, see `reference_of`."""

    at: datetime
    reference: str


def reference_of(keys: Keys, *names: str) -> str:
    """By what an email is known to whoever sends it, however often it is sent. What is reported of the email is found by it."""
    return base64.b32encode(keys.mac(REFERENCE, *names)[:_REFERENCE_BYTES]).decode().lower()


def new_message_id(sender: str, keys: Keys, address: str, at: datetime, reference: str = "") -> str:
    """A Message-ID of the sender's domain (RFC 5322, 3.6.4), for an email to the address with this key."""
    stamp, unique = f"{int(at.timestamp()):x}", reference or new_token(12).lower()
    domain = parseaddr(sender)[1].rpartition("@")[2] or "phoenix.invalid"
    return f"<{stamp}.{unique}.{_mac(keys, stamp, unique, address)}@{domain}>"


def read_message_id(keys: Keys, message_id: str, address: str) -> SentEmail | None:
    """The email with this ID that we sent to the address with this key; None if we did not."""
    found = _OURS.fullmatch(message_id.strip().lower())
    if found is None:
        return None
    stamp, unique, mac = found.groups()
    return SentEmail(datetime.fromtimestamp(int(stamp, 16), UTC), unique) if same(mac, _mac(keys, stamp, unique, address)) else None


def _mac(keys: Keys, stamp: str, unique: str, address: str) -> str:
    return base64.b32encode(keys.mac(PURPOSE, stamp, unique, address)[:_MAC_BYTES]).decode().lower()
