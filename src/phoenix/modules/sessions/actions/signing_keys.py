"""Keys that sign access tokens: created when first needed, rotated without signing anyone out, revoked if they leak.

standby: published, not used yet. active: signs. retired: still verifies tokens it signed. revoked: verifies nothing.
"""

from __future__ import annotations

import functools
import json
from typing import Any

import msgspec
from joserfc.jwk import ECKey

from phoenix.kernel.cache.cache import Codec, Watch
from phoenix.kernel.cache.keys import KeyKind
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.errors import NotFound
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import Keys
from phoenix.modules.sessions.events import SigningKeyRevoked, SigningKeysRotated
from phoenix.modules.sessions.queries import signing_keys as queries
from phoenix.modules.sessions.queries.signing_keys import SigningKey

__all__ = ["SigningKey"]

ALGORITHM = "ES256"
GENERATION = KeyKind("signing_keys")()
SEALED_AS = "signing key"
KEYS = Codec(encode=msgspec.msgpack.encode, decode=msgspec.msgpack.Decoder(list[SigningKey]).decode)
VERIFYING = frozenset({"active", "standby", "retired"})


async def all_keys(db: Reader) -> list[SigningKey]:
    """All signing keys, newest first."""
    return await db.all(queries.SIGNING_KEYS)


async def known_keys(runtime: Runtime, db: Reader) -> list[SigningKey]:
    """All signing keys, from memory while none has changed; private keys are sealed there as well."""

    async def refill(watch: Watch) -> list[SigningKey]:
        await watch.on(GENERATION)
        return await db.all(queries.SIGNING_KEYS)

    return await runtime.cache.read(GENERATION, refill, codec=KEYS)


async def verifying_keys(runtime: Runtime, db: Reader) -> list[SigningKey]:
    """The keys that may have signed a token that is still valid, and the next one."""
    return [key for key in await known_keys(runtime, db) if key.state in VERIFYING]


async def published_keys(runtime: Runtime, db: Reader) -> dict[str, Any]:
    """The JWK set (RFC 7517), including the next key, so that clients know it before it is used."""
    return {
        "keys": [
            {**key.public, "kid": key.id, "alg": key.algorithm, "use": "sig", "state": key.state}
            for key in await verifying_keys(runtime, db)
        ]
    }


async def active_key(runtime: Runtime, tx: Transaction) -> tuple[str, ECKey]:
    """The id and the private key of the active key. The first keys are created here, with the session they are needed for.

    A key that was sealed with another master secret can no longer be used, and is replaced.
    """
    found = _usable(runtime.keys, await known_keys(runtime, tx))
    if found is None:
        # Once in the life of an installation, so no route has it in its budget.
        with tx.uncounted():
            await tx.execute(queries.LOCK_SIGNING_KEYS)
            found = _usable(runtime.keys, await tx.all(queries.SIGNING_KEYS))
            if found is None:
                await _advance(runtime, tx)
                found = _usable(runtime.keys, await tx.all(queries.SIGNING_KEYS))
    if found is None:
        raise RuntimeError("A key that was just encrypted cannot be decrypted.")
    return found


async def rotate_keys(runtime: Runtime, tx: Transaction) -> str:
    """Make the standby key active, retire the active one, and create a new standby. Returns the id of the active key.

    Nobody is signed out: existing tokens stay valid until they expire.
    """
    await tx.execute(queries.LOCK_SIGNING_KEYS)
    active = await _advance(runtime, tx)
    tx.record(SigningKeysRotated(subject=active))
    return active


async def _advance(runtime: Runtime, tx: Transaction) -> str:
    standby = next((key for key in await tx.all(queries.SIGNING_KEYS) if key.state == "standby"), None)
    next_id = standby.id if standby is not None and _open(runtime.keys, standby) is not None else await _add(runtime, tx)
    await tx.execute(queries.RETIRE_ACTIVE_KEY, tx.now)
    await tx.execute(queries.ACTIVATE_KEY, next_id, tx.now)
    await _add(runtime, tx)
    tx.invalidate(GENERATION)
    return next_id


async def revoke_key(runtime: Runtime, tx: Transaction, key_id: str) -> None:
    """Reject everything that this key signed. Sessions stay, and get new tokens with their refresh tokens. Raises NotFound."""
    await tx.execute(queries.LOCK_SIGNING_KEYS)
    keys = {key.id: key for key in await tx.all(queries.SIGNING_KEYS)}
    if key_id not in keys or keys[key_id].state == "revoked":
        raise NotFound("This signing key doesn't exist or has already been revoked.")
    if keys[key_id].state == "active":
        await rotate_keys(runtime, tx)
    await tx.maybe(queries.REVOKE_KEY, key_id, tx.now)
    tx.invalidate(GENERATION)
    tx.record(SigningKeyRevoked(subject=key_id))


async def _add(runtime: Runtime, tx: Transaction) -> str:
    key_id, made = new_id("jwk"), ECKey.generate_key("P-256")
    sealed = runtime.keys.seal(SEALED_AS, json.dumps(made.as_dict(private=True)).encode(), bound_to=key_id)
    await tx.execute(queries.ADD_SIGNING_KEY, key_id, ALGORITHM, dict(made.as_dict(private=False)), sealed, "standby", tx.now, None)
    return key_id


def _usable(keys: Keys, found: list[SigningKey]) -> tuple[str, ECKey] | None:
    active = next((key for key in found if key.state == "active"), None)
    secret = None if active is None else _open(keys, active)
    return None if active is None or secret is None else (active.id, secret)


def _open(keys: Keys, key: SigningKey) -> ECKey | None:
    return _opened(keys, key.id, key.sealed)


@functools.lru_cache(maxsize=4)
def _opened(keys: Keys, key_id: str, sealed: bytes) -> ECKey | None:
    # Cached in memory, since every sign-in signs with it and loading a key takes longer than signing.
    secret = keys.unseal(SEALED_AS, sealed, bound_to=key_id)
    return None if secret is None else ECKey.import_key(json.loads(secret))
