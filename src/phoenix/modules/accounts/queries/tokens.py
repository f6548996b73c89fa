"""Signing keys of access tokens, and API keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from phoenix.kernel.actor import SessionRecord
from phoenix.kernel.data.database import Query, command, query


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


class ApiKey(Struct, frozen=True):
    id: str
    account: str
    name: str
    hint: str
    scopes: Sequence[str]
    created_at: datetime
    seen_at: datetime | None
    until: datetime
    created_by: str | None


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

ADD_API_KEY = command("""
    INSERT INTO api_keys (id, account_id, name, key_hash, hint, scopes, created_by, created_at, until)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
""")
API_KEYS: Query[ApiKey] = query(
    ApiKey,
    """
    SELECT id, account_id, name, hint, scopes, created_at, seen_at, until, created_by FROM api_keys
     WHERE account_id = $1 AND revoked_at IS NULL ORDER BY created_at DESC LIMIT 100
""",
)
COUNT_API_KEYS: Query[int] = query(int, "SELECT count(*) FROM api_keys WHERE account_id = $1 AND revoked_at IS NULL")
REVOKE_API_KEY: Query[str] = query(
    str, "UPDATE api_keys SET revoked_at = $3 WHERE id = $1 AND account_id = $2 AND revoked_at IS NULL RETURNING id"
)
REVOKE_API_KEYS = command("UPDATE api_keys SET revoked_at = $2 WHERE account_id = $1 AND revoked_at IS NULL")
API_KEYS_SEEN = command("""
    UPDATE api_keys k SET seen_at = v.at FROM (SELECT id, to_timestamp(at) AS at FROM unnest($1::text[], $2::float8[]) AS t (id, at) ORDER BY id) v
     WHERE k.id = v.id AND (k.seen_at IS NULL OR k.seen_at < v.at)
""")


def _key_record(*columns: Any) -> SessionRecord:
    """The record of an API key: it has no idle limit, and lives until its end."""
    values = dict(zip(SessionRecord.__struct_fields__, columns, strict=True))
    return SessionRecord(**{**values, "platform": frozenset(), "scopes": frozenset(values["scopes"])})


RECORD_OF_API_KEY: Query[SessionRecord] = query(
    _key_record,
    """
    SELECT k.id, a.id, a.email, a.name, a.time_zone, a.locale, true, a.created_at,
           '{}'::text[], k.until, k.until, coalesce(k.seen_at, k.created_at), a.version, NULL::timestamptz, NULL::text, false, a.erase_at,
           a.kind, k.scopes, NULL::text, false
      FROM api_keys k JOIN accounts a ON a.id = k.account_id
     WHERE k.key_hash = $1 AND k.revoked_at IS NULL AND k.until > $2 AND a.locked_at IS NULL AND a.erased_at IS NULL
""",
)
