"""An authenticator in software (WebAuthn Level 3): ES256, no attestation, and able to sign false statements."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from phoenix.kernel.security.crypto import from_base64url, to_base64url

PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40


@dataclass(slots=True)
class Key:
    private: ec.EllipticCurvePrivateKey
    user: str
    count: int = 0


@dataclass(slots=True)
class Authenticator:
    """Stores passkeys as a phone would, or with `synced=False` as a security key. With `counts` it counts their uses. The values in `lies` replace the true ones in its response."""

    origin: str = "http://phoenix.test"
    counts: bool = False
    synced: bool = True
    keys: dict[str, Key] = field(default_factory=dict)

    def create(self, options: dict[str, Any], **lies: Any) -> dict[str, Any]:
        """The result of navigator.credentials.create(), as JSON."""
        key = Key(ec.generate_private_key(ec.SECP256R1()), options["user"]["id"])
        credential = lies.get("credential", os.urandom(16))
        self.keys[to_base64url(credential)] = key
        numbers = key.private.public_key().public_numbers()
        point = {-2: lies.get("point", numbers.x.to_bytes(32, "big")), -3: numbers.y.to_bytes(32, "big")}
        public = cbor2.dumps({1: 2, 3: lies.get("algorithm", -7), -1: 1, **point})
        attested = bytes(16) + len(credential).to_bytes(2, "big") + credential + public
        data = self._data(options["rp"]["id"], key.count, lies, ATTESTED) + attested
        response = {
            "clientDataJSON": self._client_data("webauthn.create", options, lies),
            "attestationObject": to_base64url(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})),
            "transports": lies.get("transports", ["internal"]),
        }
        return _credential(to_base64url(credential), response)

    def get(self, options: dict[str, Any], **lies: Any) -> dict[str, Any]:
        """The result of navigator.credentials.get() with an allowed passkey, or with the newest."""
        allowed = [known["id"] for known in options["allowCredentials"]] or list(self.keys)
        id_ = lies.get("id") or next(known for known in reversed(self.keys) if known in allowed)
        key = lies.get("key") or self.keys[id_]
        key.count += self.counts
        data = self._data(options["rpId"], key.count, lies, 0)
        client_data = self._client_data("webauthn.get", options, lies)
        signed = data + hashlib.sha256(from_base64url(client_data) or b"").digest()
        response = {
            "clientDataJSON": client_data,
            "authenticatorData": to_base64url(data),
            "signature": to_base64url(lies.get("signature") or key.private.sign(signed, ec.ECDSA(SHA256()))),
            "userHandle": lies.get("user", key.user),
        }
        return _credential(id_, response)

    def _data(self, rp_id: str, count: int, lies: dict[str, Any], flags: int) -> bytes:
        flags |= lies.get("flags", PRESENT | VERIFIED | (ELIGIBLE | BACKED_UP if self.synced else 0))
        name = hashlib.sha256(lies.get("rp_id", rp_id).encode()).digest()
        return bytes(name + bytes([flags]) + int(lies.get("count", count)).to_bytes(4, "big"))

    def _client_data(self, kind: str, options: dict[str, Any], lies: dict[str, Any]) -> str:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return to_base64url(json.dumps({**said, **{name: lies[name] for name in said if name in lies}}).encode())


def _credential(id_: str, response: dict[str, Any]) -> dict[str, Any]:
    return {"id": id_, "rawId": id_, "type": "public-key", "response": response, "clientExtensionResults": {}}
