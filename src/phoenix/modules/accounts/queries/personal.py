"""What accounts keep of a person: for the copy they may ask for, and for letting go of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from phoenix.kernel.data.database import Query, command, query


class Export(Struct, frozen=True):
    id: str
    account: str
    created_at: datetime
    ready_at: datetime | None
    until: datetime


PERSON: Query[dict[str, Any]] = query(
    lambda row: row,
    """
    SELECT jsonb_build_object('id', id, 'email', email, 'name', name, 'contact', contact, 'time_zone', time_zone, 'locale', locale,
                              'created_at', created_at, 'email_verified_at', email_verified_at, 'terms_accepted_at', terms_accepted_at)
      FROM accounts WHERE id = $1
""",
)
PERSON_SESSIONS: Query[dict[str, Any]] = query(
    lambda row: row,
    """
    SELECT jsonb_build_object('id', id, 'created_at', created_at, 'seen_at', seen_at, 'ended_at', ended_at, 'end_reason', end_reason,
                              'method', method, 'device', device, 'place', place)
      FROM sessions WHERE account_id = $1 ORDER BY created_at DESC LIMIT 10000
""",
)
PERSON_SECURITY: Query[dict[str, Any]] = query(
    lambda row: row,
    """
    SELECT jsonb_build_object(
        'authenticator_app_since', (SELECT confirmed_at FROM totp_secrets WHERE account_id = $1),
        'backup_codes_left', (SELECT count(*) FROM backup_codes WHERE account_id = $1 AND used_at IS NULL),
        'passkeys', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', name, 'created_at', created_at, 'used_at', used_at)), '[]')
                       FROM passkeys WHERE account_id = $1),
        'identities', (SELECT coalesce(jsonb_agg(jsonb_build_object('provider', provider, 'email', email, 'created_at', created_at)), '[]')
                         FROM identities WHERE account_id = $1),
        'api_keys', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', name, 'scopes', scopes, 'created_at', created_at, 'until', until,
                                                                  'revoked_at', revoked_at)), '[]')
                       FROM api_keys WHERE account_id = $1),
        'permissions', (SELECT coalesce(jsonb_agg(permission), '[]') FROM user_permissions WHERE account_id = $1))
""",
)
PERSON_ACTIVITY: Query[dict[str, Any]] = query(
    lambda row: row,
    """
    SELECT jsonb_build_object('kind', kind, 'at', occurred_at, 'organisation', organisation_id, 'subject', subject, 'data', data)
      FROM events WHERE actor_id = $1 OR (subject = $1 AND kind >= 'accounts.' AND kind < 'accounts/') ORDER BY number DESC LIMIT 50000
""",
)

ADD_EXPORT = command("INSERT INTO exports (id, account_id, created_at, until) VALUES ($1, $2, $3, $4)")
EXPORTS: Query[Export] = query(
    Export,
    "SELECT id, account_id, created_at, ready_at, until FROM exports WHERE account_id = $1 AND until > $2 ORDER BY created_at DESC LIMIT 10",
)
EXPORT: Query[Export] = query(Export, "SELECT id, account_id, created_at, ready_at, until FROM exports WHERE id = $1")
ARCHIVE: Query[bytes] = query(
    bytes, "SELECT archive FROM exports WHERE id = $1 AND account_id = $2 AND ready_at IS NOT NULL AND until > $3"
)
FINISH_EXPORT = command("UPDATE exports SET archive = $2, ready_at = $3 WHERE id = $1")
FORGET_OLD_EXPORTS = command("DELETE FROM exports WHERE until <= $1")

ASK_DELETION: Query[str] = query(
    str, "UPDATE accounts SET erase_at = $2 WHERE id = $1 AND erase_at IS NULL AND erased_at IS NULL RETURNING id"
)
ERASE_AT: Query[datetime | None] = query(lambda at: at, "SELECT erase_at FROM accounts WHERE id = $1")
CANCEL_DELETION: Query[str] = query(str, "UPDATE accounts SET erase_at = NULL WHERE id = $1 AND erase_at IS NOT NULL RETURNING id")
DUE_FOR_ERASURE: Query[str] = query(str, "SELECT id FROM accounts WHERE erase_at <= $1 AND erased_at IS NULL ORDER BY erase_at LIMIT 100")
LOCK_DUE: Query[str] = query(str, "SELECT id FROM accounts WHERE id = $1 AND erase_at <= $2 AND erased_at IS NULL FOR UPDATE SKIP LOCKED")
# One statement for all that hangs on an account and is the person's alone; the account's row stays as a number others refer to.
ERASE_PERSON = command("""
    WITH gone_sessions AS (DELETE FROM sessions WHERE account_id = $1 OR impersonator_id = $1),
         gone_proofs AS (DELETE FROM proofs WHERE account_id = $1),
         gone_totp AS (DELETE FROM totp_secrets WHERE account_id = $1),
         gone_codes AS (DELETE FROM backup_codes WHERE account_id = $1),
         gone_passkeys AS (DELETE FROM passkeys WHERE account_id = $1),
         gone_identities AS (DELETE FROM identities WHERE account_id = $1),
         gone_keys AS (DELETE FROM api_keys WHERE account_id = $1),
         gone_devices AS (DELETE FROM known_devices WHERE account_id = $1),
         gone_guards AS (DELETE FROM guards WHERE account_id = $1),
         gone_exports AS (DELETE FROM exports WHERE account_id = $1),
         gone_permissions AS (DELETE FROM user_permissions WHERE account_id = $1),
         gone_sign_ups AS (DELETE FROM sign_ups WHERE email_key = (SELECT email_key FROM accounts WHERE id = $1)),
         gone_answers AS (DELETE FROM idempotency_keys WHERE caller = $1)
    UPDATE accounts
       SET email = id || '@deleted.invalid', email_key = id || '@deleted.invalid', new_email = NULL, name = $2, contact = '',
           password_hash = '!', time_zone = 'UTC', lock_reason = NULL, erase_at = NULL, erased_at = $3, updated_at = $3, version = version + 1
     WHERE id = $1
""")
