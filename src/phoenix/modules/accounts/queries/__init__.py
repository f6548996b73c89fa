"""Accounts and their platform permissions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from phoenix.kernel.data.query import Query, command, query


class Account(Struct, frozen=True):
    id: str
    email: str
    name: str
    time_zone: str
    locale: str
    contact: str
    created_at: datetime
    version: int


class Name(Struct, frozen=True):
    id: str
    name: str


class Standing(Struct, frozen=True):
    """What decides whether someone can act on an account, or on its behalf."""

    id: str
    name: str
    kind: str
    locked: bool
    erased: bool
    permissions: Sequence[str]


class SecurityEvent(Struct, frozen=True):
    """An event about an account. `impersonator` is the account that acted on the actor's behalf."""

    kind: str
    data: dict[str, Any]
    at: datetime
    actor: str | None
    impersonator: str | None


_ACCOUNT = "SELECT id, email, name, time_zone, locale, contact, created_at, version FROM accounts"
ACCOUNT: Query[Account] = query(Account, f"{_ACCOUNT} WHERE id = $1")
ACCOUNT_BY_EMAIL: Query[Account] = query(Account, f"{_ACCOUNT} WHERE email_key = $1 AND kind = 'person'")
ANY_ACCOUNT: Query[bool] = query(bool, "SELECT EXISTS (SELECT 1 FROM accounts)")
NAMES: Query[Name] = query(Name, "SELECT id, name FROM accounts WHERE id = ANY($1::text[])")

INSERT_ACCOUNT: Query[str] = query(
    str,
    """
    INSERT INTO accounts (id, email, email_key, name, password_hash, time_zone, locale, email_verified_at, terms_accepted_at,
                          created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $8, $8)
    ON CONFLICT (email_key) DO NOTHING
    RETURNING id
""",
)
INSERT_SERVICE_ACCOUNT = command("""
    INSERT INTO accounts (id, email, email_key, name, password_hash, time_zone, locale, email_verified_at, terms_accepted_at,
                          created_at, updated_at, kind)
    VALUES ($1, $2, $2, $3, '!', $5, $6, $4, $4, $4, $4, 'service')
""")
LOCALISE_SERVICE_ACCOUNTS = command("""
    UPDATE accounts SET locale = $2, time_zone = $3, updated_at = $4 WHERE id = ANY($1) AND kind = 'service'
""")
UPDATE_PROFILE: Query[Account] = query(
    Account,
    """
    UPDATE accounts
       SET name = coalesce($2, name), time_zone = coalesce($3, time_zone), locale = coalesce($4, locale),
           contact = coalesce($7, contact), updated_at = $5, version = version + 1
     WHERE id = $1 AND ($6::integer[] IS NULL OR version = ANY($6))
    RETURNING id, email, name, time_zone, locale, contact, created_at, version
""",
)
PASSWORD_HASH: Query[str] = query(str, "SELECT password_hash FROM accounts WHERE id = $1")
# A sign-in that began with credentials of an earlier generation no longer starts a session.
SET_PASSWORD = command("""
    UPDATE accounts SET password_hash = $2, credential_generation = credential_generation + 1, updated_at = $3 WHERE id = $1
""")
REPLACE_HASH = command("UPDATE accounts SET password_hash = $3 WHERE id = $1 AND password_hash = $2")

SET_NEW_EMAIL = command("UPDATE accounts SET new_email = $2 WHERE id = $1")
NEW_EMAIL: Query[str | None] = query(lambda new_email: new_email, "SELECT new_email FROM accounts WHERE id = $1")
# If two people verify one address at once they take turns, so that the second is refused properly rather than by the index.
LOCK_ADDRESS = command("SELECT pg_advisory_xact_lock(1, hashtext($1))")
SET_EMAIL: Query[str] = query(
    str,
    """
    UPDATE accounts SET email = $2, email_key = $3, new_email = NULL, email_verified_at = $4, updated_at = $4, version = version + 1,
           credential_generation = credential_generation + 1
     WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM accounts WHERE email_key = $3) RETURNING id
""",
)

# The second of two transactions waits, so that its count is correct.
HOLD = command("SELECT 1 FROM accounts WHERE id = $1 FOR NO KEY UPDATE")
# In order of id, so that two transactions cannot wait for each other.
HOLD_ALL: Query[str] = query(str, "SELECT id FROM accounts WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE")
# As above. The acting account's row is missing if it was locked in the meantime.
HOLD_FOR: Query[str] = query(
    str,
    """
    SELECT id FROM accounts
     WHERE id = ANY($1::text[]) AND (id <> $2 OR (locked_at IS NULL AND erased_at IS NULL)) ORDER BY id FOR UPDATE
""",
)
STANDING: Query[Standing] = query(
    Standing,
    """
    SELECT id, name, kind, locked_at IS NOT NULL AS locked, erased_at IS NOT NULL AS erased,
           ARRAY(SELECT permission FROM user_permissions WHERE account_id = a.id) AS permissions FROM accounts a WHERE id = $1
""",
)
ERASE_SERVICE_ACCOUNT = command("UPDATE accounts SET name = $2, erased_at = $3 WHERE id = $1 AND kind = 'service'")
LOCK: Query[str] = query(str, "UPDATE accounts SET locked_at = $2, lock_reason = $3 WHERE id = $1 AND locked_at IS NULL RETURNING id")
UNLOCK: Query[str] = query(
    str, "UPDATE accounts SET locked_at = NULL, lock_reason = NULL WHERE id = $1 AND locked_at IS NOT NULL RETURNING id"
)

GRANT = command(
    "INSERT INTO user_permissions (account_id, permission, granted_by, granted_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
)
REVOKE: Query[str] = query(str, "DELETE FROM user_permissions WHERE account_id = $1 AND permission = $2 RETURNING account_id")
LOCK_PERMISSIONS = command("LOCK TABLE user_permissions IN SHARE ROW EXCLUSIVE MODE")
ANYBODY_WITH: Query[bool] = query(bool, "SELECT EXISTS (SELECT 1 FROM user_permissions WHERE permission = $1)")
PEOPLE_WITH: Query[str] = query(
    str,
    "SELECT p.account_id FROM user_permissions p JOIN active_people a ON a.id = p.account_id WHERE p.permission = $1 ORDER BY p.account_id",
)
OTHERS_WITH: Query[int] = query(
    int,
    """
    SELECT count(*) FROM user_permissions p JOIN active_people a ON a.id = p.account_id WHERE p.permission = $1 AND p.account_id <> $2
""",
)

# Events that are only about an account belong to no organisation.
SECURITY_EVENTS: Query[SecurityEvent] = query(
    SecurityEvent,
    """
    SELECT kind, data, occurred_at AS at, actor_id AS actor, impersonator_id AS impersonator FROM events
     WHERE subject = $1 AND organisation_id IS NULL AND kind <> 'accounts.profile_changed' ORDER BY number DESC LIMIT 12
""",
)

PROFILE_CHANGED_AT: Query[datetime] = query(
    lambda occurred_at: occurred_at,
    """
    SELECT occurred_at FROM events WHERE subject = $1 AND organisation_id IS NULL AND kind = 'accounts.profile_changed' ORDER BY number DESC LIMIT 1
""",
)

ZONES: Query[tuple[str, str]] = query(
    lambda row, time_zone: (row, time_zone), "SELECT id AS row, time_zone FROM accounts WHERE id > $1 ORDER BY id LIMIT $2"
)
RENAME_ZONES = command("""
    UPDATE accounts t SET time_zone = n.name FROM unnest($1::text[], $2::text[], $3::text[]) AS n (id, zone, name)
     WHERE t.id = n.id AND t.time_zone = n.zone
""")
