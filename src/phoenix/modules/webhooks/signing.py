"""Standard Webhooks: secrets, signatures and the delays between attempts (github.com/standard-webhooks/standard-webhooks, version 1.0.0)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import timedelta

PREFIX = "whsec_"
SECRET_BYTES = 32
# Three days in all, and then it is given up.
DELAYS = tuple(timedelta(minutes=minutes) for minutes in (0.1, 5, 30, 2 * 60, 5 * 60, 10 * 60, 14 * 60, 20 * 60, 20 * 60))
GIVEN_UP = timedelta(days=3)
LONGEST_WAIT = timedelta(hours=24)


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def shown(secret: bytes) -> str:
    """A secret as its owner enters it at the receiver."""
    return PREFIX + base64.b64encode(secret).decode()


def read(text: str) -> bytes | None:
    """The secret that someone was shown, None for what is none."""
    try:
        return base64.b64decode(text.removeprefix(PREFIX), validate=True) if text.startswith(PREFIX) else None
    except (binascii.Error, ValueError):
        return None


def signature(secrets_: Sequence[bytes], *, id_: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`: one signature for each secret, since a receiver may still know only the former one."""
    signed = f"{id_}.{timestamp}.".encode() + body
    made = (base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode() for secret in secrets_)
    return " ".join(f"v1,{one}" for one in made)


def next_delay(attempts: int, retry_after: timedelta | None = None, *, age: timedelta = timedelta()) -> timedelta | None:
    """How long to wait after so many attempts, or None to give up.

    A receiver can ask for more: up to a day, and not beyond the three days that something of this `age` has in all.
    """
    if attempts > len(DELAYS):
        return None
    longest = max(timedelta(), min(LONGEST_WAIT, GIVEN_UP - age))
    return max(DELAYS[attempts - 1], min(retry_after or timedelta(), longest))
