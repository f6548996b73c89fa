"""A secret that a page shows, masked anew each time: in a compressed page the same secret beside text that someone else
chose could be guessed from the page's length, letter by letter (BREACH).
"""

from __future__ import annotations

import secrets

from phoenix.kernel.security.crypto import from_base64url, to_base64url


def mask(secret: bytes) -> str:
    """The secret under a random pad, which stands in front of it."""
    pad = secrets.token_bytes(len(secret))
    return to_base64url(pad + _xor(pad, secret))


def unmask(text: str) -> bytes | None:
    """The secret; None for text that was not made by `mask`."""
    data = from_base64url(text)
    if data is None or len(data) % 2:
        return None
    half = len(data) // 2
    return _xor(data[:half], data[half:])


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(left, right, strict=True))
