"""The keys that sign access tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from phoenix.kernel.data.query import Query, command, query


class SigningKey(Struct, frozen=True):
    """A key that signs access tokens. `public` is a JWK (RFC 7517); the private half is sealed."""

    id: str
    algorithm: str
    public: dict[str, Any]
    sealed: bytes
    state: str
    created_at: datetime
    activated_at: datetime | None
    retired_at: datetime | None
    revoked_at: datetime | None


SIGNING_KEYS: Query[SigningKey] = query(
    SigningKey,
    """
    SELECT id, algorithm, public, sealed, state, created_at, activated_at, retired_at, revoked_at
      FROM signing_keys ORDER BY created_at DESC, id DESC
""",
)
ADD_SIGNING_KEY = command("""
    INSERT INTO signing_keys (id, algorithm, public, sealed, state, created_at, activated_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
""")
LOCK_SIGNING_KEYS = command("LOCK TABLE signing_keys IN SHARE ROW EXCLUSIVE MODE")
RETIRE_ACTIVE_KEY = command("UPDATE signing_keys SET state = 'retired', retired_at = $1 WHERE state = 'active'")
ACTIVATE_KEY = command("UPDATE signing_keys SET state = 'active', activated_at = $2 WHERE id = $1")
REVOKE_KEY: Query[str] = query(
    str, "UPDATE signing_keys SET state = 'revoked', revoked_at = $2 WHERE id = $1 AND state <> 'revoked' RETURNING id"
)
