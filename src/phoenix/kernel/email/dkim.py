"""DKIM signatures (RFC 6376) with RSA or Ed25519 (RFC 8463): relaxed in header and body. Pure, with keys from `cryptography`."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from email.utils import parseaddr

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from phoenix.settings import EmailSettings, SettingsError

Key = RSAPrivateKey | Ed25519PrivateKey
Field = tuple[bytes, bytes]
# Each is named once more than it is there, so that nobody adds another without breaking the signature (RFC 6376, 5.4.2).
SIGNED = (
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "auto-submitted",
    "list-unsubscribe",
    "list-unsubscribe-post",
)
LEAST_RSA_BITS = 2048
_WIDTH = 70
NEXT_LINE, OWN_LINE = "\r\n\t", frozenset({"d", "h", "bh"})
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:((?:[^\r]|\r(?!\n)|\r\n[ \t])*)\r\n")
_WSP = re.compile(rb"[ \t]+")


class Signer:
    """Signs emails for a domain, with the key whose public half is published under the selector."""

    def __init__(self, domain: str, selector: str, key: Key) -> None:
        self.domain = domain
        self.selector = selector
        self._key = key

    @property
    def record(self) -> tuple[str, str]:
        """The name and the text of the DNS record to publish (RFC 6376, 3.6.2; RFC 8463, 4.2)."""
        if isinstance(self._key, RSAPrivateKey):
            kind, public = "rsa", self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        else:
            kind, public = "ed25519", self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return f"{self.selector}._domainkey.{self.domain}", f"v=DKIM1; k={kind}; p={base64.b64encode(public).decode()}"

    def signed(self, message: bytes, at: datetime) -> bytes:
        """The message with its signature before it. Its lines end with CRLF."""
        fields, body = parsed(message)
        present = [name.lower().decode() for name, _value in fields]
        names = [name for name in SIGNED for _ in range(present.count(name))] + list(SIGNED)
        tags = (
            ("v", "1"),
            ("a", "rsa-sha256" if isinstance(self._key, RSAPrivateKey) else "ed25519-sha256"),
            ("c", "relaxed/relaxed"),
            ("d", self.domain),
            ("s", self.selector),
            ("t", str(int(at.timestamp()))),
            ("h", _folded(":".join(names), after=":")),
            ("bh", base64.b64encode(body_hash(body)).decode()),
            ("b", ""),
        )
        unsigned = ";".join(f"{NEXT_LINE if name in OWN_LINE else ' '}{name}={value}" for name, value in tags).lstrip()
        signature = sign(self._key, fields, names, unsigned.encode())
        return f"DKIM-Signature: {unsigned}{_folded(signature)}\r\n".encode() + message


def signer_of(settings: EmailSettings) -> Signer | None:
    """What signs emails, if the settings say so. Raises SettingsError for a key that cannot be used."""
    if not settings.dkim_key:
        return None
    key: object = None
    try:
        key = load_pem_private_key(settings.dkim_key.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm, binascii.Error):
        raise SettingsError("PHOENIX_DKIM_KEY must be a private key in PEM, without a password.") from None
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise SettingsError("PHOENIX_DKIM_KEY must be an RSA or an Ed25519 key.")
    if isinstance(key, RSAPrivateKey) and key.key_size < LEAST_RSA_BITS:
        raise SettingsError(f"PHOENIX_DKIM_KEY must have at least {LEAST_RSA_BITS} bits.")
    domain = settings.dkim_domain or parseaddr(settings.sender)[1].rpartition("@")[2]
    return Signer(domain.lower(), settings.dkim_selector, key)


def parsed(message: bytes) -> tuple[list[Field], bytes]:
    """The header fields of a message, in order, and its body."""
    head, _, body = message.partition(b"\r\n\r\n")
    return [(found[1], found[2]) for found in _FIELD.finditer(head + b"\r\n")], body


def relaxed_field(name: bytes, value: bytes) -> bytes:
    """A header field as it is signed (RFC 6376, 3.4.2), without its line break."""
    return name.lower().strip() + b":" + _WSP.sub(b" ", value.replace(b"\r\n", b"")).strip(b" \t")


def body_hash(body: bytes) -> bytes:
    """SHA-256 of a body as it is signed (RFC 6376, 3.4.4)."""
    lines = [_WSP.sub(b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        del lines[-1]
    return hashlib.sha256(b"".join(line + b"\r\n" for line in lines)).digest()


def sign(key: Key, fields: Sequence[Field], names: Sequence[str], unsigned: bytes) -> str:
    """The signature over the fields with these names and the unsigned DKIM-Signature field, whose tag b is empty.

    A name that comes again takes the next field with it from the bottom up (RFC 6376, 5.4.2).
    """
    left = list(fields)
    taken = []
    for name in names:
        found = next((number for number in reversed(range(len(left))) if left[number][0].lower() == name.encode()), None)
        if found is not None:
            taken.append(relaxed_field(*left.pop(found)) + b"\r\n")
    data = b"".join(taken) + relaxed_field(b"dkim-signature", unsigned)
    if isinstance(key, RSAPrivateKey):
        return base64.b64encode(key.sign(data, PKCS1v15(), SHA256())).decode()
    # RFC 8463, 3: what is signed is the hash.
    return base64.b64encode(key.sign(hashlib.sha256(data).digest())).decode()


def _folded(text: str, after: str = "") -> str:
    """In lines that a mail server has no reason to break: anywhere, or only after a character."""
    parts = text.split(after) if after else [text[start : start + _WIDTH] for start in range(0, len(text), _WIDTH)]
    if not after:
        return "".join(f"{NEXT_LINE}{part}" for part in parts)
    lines, line = [], ""
    for number, part in enumerate(parts):
        piece = part + (after if number < len(parts) - 1 else "")
        if len(line) + len(piece) > _WIDTH:
            lines.append(line)
            line = ""
        line += piece
    return f"{NEXT_LINE} ".join([*lines, line])
