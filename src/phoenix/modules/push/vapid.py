"""How push services know us (VAPID, RFC 8292): one key of this installation, and a token signed with it for each message.

The key is derived from the master secret, as the keys of seals and signatures are: every process has the same one without asking for it,
and nothing of it is stored. Browsers subscribe to it, so with another master secret they have to be turned on again.
"""

from __future__ import annotations

import functools
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey

from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import Keys, to_base64url
from phoenix.modules.push.encryption import CURVE, point_of

PURPOSE = "push: vapid"
ALGORITHM = "ES256"
# A push service refuses tokens that are valid for longer than a day.
VALID = timedelta(hours=12)
# The order of the curve P-256 (FIPS 186-4, D.1.2.3).
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
COORDINATE_BYTES = 32


@functools.lru_cache(maxsize=4)
def _key(secret: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(secret, "big") % (ORDER - 1) + 1, CURVE)


def public_key(keys: Keys) -> str:
    """The public key as browsers take it: `applicationServerKey`, in base64url."""
    return to_base64url(point_of(_key(keys.key(PURPOSE)).public_key()))


def authorization(runtime: Runtime, endpoint: str, now: datetime) -> str:
    """The header that names us to the push service of an endpoint."""
    parts = urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int((now + VALID).timestamp()), "sub": _contact(runtime)}
    token = jwt.encode({"alg": ALGORITHM, "typ": "JWT"}, claims, _signing(runtime.keys.key(PURPOSE)), algorithms=[ALGORITHM])
    return f"vapid t={token}, k={public_key(runtime.keys)}"


def _contact(runtime: Runtime) -> str:
    """Where a push service can reach the operator: support, or the address of this installation."""
    support = runtime.settings.email.support
    return f"mailto:{support}" if support else runtime.settings.public_url


@functools.lru_cache(maxsize=4)
def _signing(secret: bytes) -> ECKey:
    numbers = _key(secret).private_numbers()
    x, y, d = (
        to_base64url(number.to_bytes(COORDINATE_BYTES, "big"))
        for number in (numbers.public_numbers.x, numbers.public_numbers.y, numbers.private_value)
    )
    return ECKey.import_key({"kty": "EC", "crv": "P-256", "x": x, "y": y, "d": d})
