"""Keys derived from the one master secret, signatures, seals, tokens and codes.

Primitives come from the standard library, and for seals from `cryptography`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_MAC_BYTES = 32
_EXPIRY_BYTES = 8
_PSEUDONYM_BYTES = 8
_NONCE_BYTES = 12


class Keys:
    """Derived keys of the master secret, one per purpose: HKDF-SHA256 (RFC 5869), bound to the environment.

    So nothing signed on staging is valid in production, even if both were given the same master by mistake, and nothing
    signed for one purpose is valid for another.
    """

    def __init__(self, master: str, environment: str) -> None:
        if not master:
            raise ValueError("The master secret is empty.")
        # A closure instead of attributes, so that no repr, debugger or error report of this object shows key material.
        extracted = hkdf_extract(b"phoenix", master.encode())
        self._derive = cache(lambda purpose: hkdf_expand(extracted, f"{environment}\0{purpose}".encode(), 32))
        self.check = hkdf_expand(extracted, b"check", 16)
        """Identifies the master: the same in every environment, and useless for anything but comparing."""

    def key(self, purpose: str) -> bytes:
        """32 bytes for that purpose only."""
        return self._derive(purpose)

    def mac(self, purpose: str, *parts: str | bytes) -> bytes:
        """HMAC-SHA256 of the parts, each prefixed with its length: for short codes, whose plain hash could be guessed."""
        digest = hmac.new(self._derive(purpose), digestmod=hashlib.sha256)
        for part in parts:
            data = part.encode() if isinstance(part, str) else part
            digest.update(len(data).to_bytes(8, "big") + data)
        return digest.digest()

    def sign(self, purpose: str, payload: str, *, expires: datetime | None = None) -> str:
        """The payload, readable but not forgeable, as URL-safe text. `expires` is exact to the second."""
        until = 0 if expires is None else max(1, int(expires.timestamp()))
        body = until.to_bytes(_EXPIRY_BYTES, "big") + payload.encode()
        return to_base64url(body + self.mac(purpose, body))

    def verify(self, purpose: str, signed: str, *, now: datetime) -> str | None:
        """The payload that was signed for this purpose, or None if it is forged, damaged or expired."""
        data = from_base64url(signed)
        if data is None or len(data) < _EXPIRY_BYTES + _MAC_BYTES:
            return None
        body, mac = data[:-_MAC_BYTES], data[-_MAC_BYTES:]
        if not hmac.compare_digest(mac, self.mac(purpose, body)):
            return None
        until = int.from_bytes(body[:_EXPIRY_BYTES], "big")
        if until and now.astimezone(UTC).timestamp() >= until:
            return None
        return body[_EXPIRY_BYTES:].decode()

    def seal(self, purpose: str, secret: bytes, *, bound_to: str = "") -> bytes:
        """The secret, encrypted for storage: AES-256-GCM with a random nonce. It opens only with the same `bound_to`."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self._derive(f"seal {purpose}")).encrypt(nonce, secret, bound_to.encode())

    def unseal(self, purpose: str, sealed: bytes, *, bound_to: str = "") -> bytes | None:
        """The sealed secret, or None if it is damaged, was sealed with another master, or is bound to something else."""
        try:
            return AESGCM(self._derive(f"seal {purpose}")).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to.encode())
        except (InvalidTag, ValueError):
            return None

    def pseudonym(self, value: str) -> str:
        """A pseudonym for an address in logs: the same for the same value, and not reversible without the key."""
        return "p_" + base64.b32encode(self.mac("pseudonym", value)[:_PSEUDONYM_BYTES]).decode().lower().rstrip("=")


def new_token(size: int = 32, *, random: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """`size` random bytes as URL-safe text; 32 give 43 characters. Store its hash_token, never the token."""
    return to_base64url(random(size))


def hash_token(token: str) -> bytes:
    """SHA-256 of a random token. Enough for 128 bits or more; passwords and codes need a slow or keyed hash."""
    return hashlib.sha256(token.encode()).digest()


def new_code(*, below: Callable[[int], int] = secrets.randbelow) -> str:
    """Eight random digits, for emails and SMS."""
    return f"{below(10**8):08d}"


def same(left: str | bytes, right: str | bytes) -> bool:
    """Whether two secrets are equal, in constant time."""
    return hmac.compare_digest(left.encode() if isinstance(left, str) else left, right.encode() if isinstance(right, str) else right)


def hkdf_extract(salt: bytes, material: bytes) -> bytes:
    """RFC 5869, section 2.2, with SHA-256."""
    return hmac.digest(salt, material, "sha256")


def hkdf_expand(key: bytes, info: bytes, size: int) -> bytes:
    """RFC 5869, section 2.3, with SHA-256. At most 8,160 bytes."""
    blocks = [b""]
    for number in range(1, -(-size // 32) + 1):
        blocks.append(hmac.digest(key, blocks[-1] + info + bytes([number]), "sha256"))
    return b"".join(blocks)[:size]


def to_base64url(data: bytes) -> str:
    """URL-safe base64 (RFC 4648, section 5) without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def from_base64url(text: str) -> bytes | None:
    """Decode URL-safe base64; None unless the text is the canonical encoding."""
    try:
        data = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error, ValueError):
        return None
    return data if to_base64url(data) == text else None
