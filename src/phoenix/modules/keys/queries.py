"""API keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from phoenix.kernel.actor import SessionRecord
from phoenix.kernel.data.query import Query, command, query


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


class KeyPeople(Struct, frozen=True):
    """The account that a key acts for, and who made it; None for a person's own key of an earlier release."""

    account: str
    created_by: str | None


class KeyRecord(SessionRecord, frozen=True):
    """The record of an API key as PostgreSQL returns it. It has no idle limit, and is valid until it expires.

    It stops while the account is about to be deleted. That of a service account stops once the person who made it is locked.
    """

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "platform", frozenset(self.platform))
        msgspec.structs.force_setattr(self, "scopes", frozenset(self.scopes or ()))


ADD = command("""
    INSERT INTO api_keys (id, account_id, name, key_hash, hint, scopes, created_by, created_at, until)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
""")
API_KEYS: Query[ApiKey] = query(
    ApiKey,
    """
    SELECT id, account_id AS account, name, hint, scopes, created_at, seen_at, until, created_by FROM api_keys
     WHERE account_id = $1 AND revoked_at IS NULL ORDER BY created_at DESC LIMIT 100
""",
)
COUNT: Query[int] = query(int, "SELECT count(*) FROM api_keys WHERE account_id = $1 AND revoked_at IS NULL")
REVOKE: Query[str] = query(str, "UPDATE api_keys SET revoked_at = $3 WHERE id = $1 AND account_id = $2 AND revoked_at IS NULL RETURNING id")
OF_KEY: Query[KeyPeople] = query(KeyPeople, "SELECT account_id AS account, created_by FROM api_keys WHERE id = $1 AND revoked_at IS NULL")
REVOKE_ALL: Query[str] = query(str, "UPDATE api_keys SET revoked_at = $2 WHERE account_id = $1 AND revoked_at IS NULL RETURNING id")
REVOKE_ALL_OF: Query[tuple[str, str]] = query(
    lambda id, account: (id, account),  # noqa: A006 - the name of the column
    """
    UPDATE api_keys SET revoked_at = $2 WHERE account_id = ANY($1::text[]) AND revoked_at IS NULL RETURNING id, account_id AS account
""",
)
SUSPEND: Query[str] = query(
    str,
    """
    UPDATE api_keys SET suspended_at = $2
     WHERE created_by = $1 AND account_id <> $1 AND revoked_at IS NULL AND suspended_at IS NULL RETURNING account_id
""",
)
NAMES: Query[str] = query(str, "SELECT name FROM api_keys WHERE id = ANY($1::text[]) ORDER BY name, id")
# Ordered by id, so that two processes writing at once cannot lock each other.
SEEN = command("""
    UPDATE api_keys k SET seen_at = v.at FROM (SELECT id, to_timestamp(at) AS at FROM unnest($1::text[], $2::float8[]) AS t (id, at) ORDER BY id) v
     WHERE k.id = v.id AND (k.seen_at IS NULL OR k.seen_at < v.at)
""")
RECORD: Query[KeyRecord] = query(
    KeyRecord,
    """
    SELECT k.id AS session, a.id AS account, a.email AS email, a.name AS name, a.time_zone AS time_zone, a.locale AS locale,
           true AS email_verified, a.created_at AS created_at, '{}'::text[] AS platform, k.until AS idle_until, k.until AS until,
           coalesce(k.seen_at, k.created_at) AS seen_at, a.version AS version, NULL::timestamptz AS authenticated_at,
           NULL::text AS impersonator, false AS impersonation_writes, a.erase_at AS erase_at, a.kind AS kind, k.scopes AS scopes,
           NULL::text AS impersonator_name, false AS has_second_factor
      FROM api_keys k JOIN accounts a ON a.id = k.account_id LEFT JOIN accounts maker ON maker.id = k.created_by
     WHERE k.key_hash = $1 AND k.revoked_at IS NULL AND k.until > $2 AND a.locked_at IS NULL AND a.erased_at IS NULL
       AND a.erase_at IS NULL AND k.suspended_at IS NULL AND maker.locked_at IS NULL
""",
)
PERSON_KEYS: Query[dict[str, Any]] = query(
    lambda key: key,
    """
    SELECT jsonb_build_object('name', name, 'scopes', scopes, 'created_at', created_at, 'until', until, 'revoked_at', revoked_at) AS key
      FROM api_keys WHERE account_id = $1 ORDER BY created_at
""",
)
ERASE = command("DELETE FROM api_keys WHERE account_id = $1")
