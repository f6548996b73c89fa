"""Encryption of what is pushed, so that only the browser can read it: RFC 8291, in the encoding aes128gcm of RFC 8188."""

from __future__ import annotations

import secrets

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from phoenix.kernel.security.crypto import hkdf_expand, hkdf_extract

CURVE = ec.SECP256R1()
SALT_BYTES, AUTH_BYTES, POINT_BYTES = 16, 16, 65
RECORD_BYTES = 4096
_LAST_RECORD = b"\x02"


def point_of(key: ec.EllipticCurvePublicKey) -> bytes:
    """A public key as 65 bytes: uncompressed (SEC 1, 2.3.3)."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def read_point(point: bytes) -> ec.EllipticCurvePublicKey:
    """The public key of 65 bytes. Raises ValueError for what is no point of the curve."""
    if len(point) != POINT_BYTES:
        raise ValueError("A public key has 65 bytes.")
    return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)


def encrypt(text: bytes, *, receiver: bytes, auth: bytes, sender: ec.EllipticCurvePrivateKey | None = None, salt: bytes = b"") -> bytes:
    """The body of a push message. `receiver` and `auth` are of the browser's subscription; key and salt are new for each message."""
    sender, salt = sender or ec.generate_private_key(CURVE), salt or secrets.token_bytes(SALT_BYTES)
    own = point_of(sender.public_key())
    shared = sender.exchange(ec.ECDH(), read_point(receiver))
    material = hkdf_expand(hkdf_extract(auth, shared), b"WebPush: info\0" + receiver + own, 32)
    return encoded(text, material, salt=salt, key_id=own)


def encoded(text: bytes, material: bytes, *, salt: bytes, key_id: bytes) -> bytes:
    """A text in the encoding aes128gcm, in one record (RFC 8188, section 2). Raises ValueError for one that needs more."""
    if len(text) + len(_LAST_RECORD) + 16 > RECORD_BYTES:
        raise ValueError("The text does not fit into one record.")
    secret = hkdf_extract(salt, material)
    key, nonce = hkdf_expand(secret, b"Content-Encoding: aes128gcm\0", 16), hkdf_expand(secret, b"Content-Encoding: nonce\0", 12)
    header = salt + RECORD_BYTES.to_bytes(4, "big") + bytes([len(key_id)]) + key_id
    return header + AESGCM(key).encrypt(nonce, text + _LAST_RECORD, b"")
