"""Message-IDs that only we can make, so that what comes back about an email can be told from what a stranger wrote.

An ID is bound to the address that the email was for: whoever received one can report only what is theirs.
"""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime
from email.utils import parseaddr

from phoenix.kernel.security.crypto import Keys, new_token, same

PURPOSE = "message id"
_MAC_BYTES = 15
# Lower case throughout: some mail servers change the case of what they return.
_OURS = re.compile(r"<([0-9a-f]{1,12})\.([a-z0-9_-]{16})\.([a-z2-7]{24})@[^@<>\s]+>", re.ASCII)


def new_message_id(sender: str, keys: Keys, address: str, at: datetime) -> str:
    """A Message-ID of the sender's domain (RFC 5322, 3.6.4), for an email to the address with this key."""
    stamp, unique = f"{int(at.timestamp()):x}", new_token(12).lower()
    domain = parseaddr(sender)[1].rpartition("@")[2] or "phoenix.invalid"
    return f"<{stamp}.{unique}.{_mac(keys, stamp, unique, address)}@{domain}>"


def sent_at(keys: Keys, message_id: str, address: str) -> datetime | None:
    """When we sent the email with this ID to the address with this key; None if we did not."""
    found = _OURS.fullmatch(message_id.strip().lower())
    if found is None:
        return None
    stamp, unique, mac = found.groups()
    return datetime.fromtimestamp(int(stamp, 16), UTC) if same(mac, _mac(keys, stamp, unique, address)) else None


def _mac(keys: Keys, stamp: str, unique: str, address: str) -> str:
    return base64.b32encode(keys.mac(PURPOSE, stamp, unique, address)[:_MAC_BYTES]).decode().lower()
