"""The personal data in accounts, for export and erasure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from phoenix.kernel.data.query import Query, command, query


class Export(Struct, frozen=True):
    id: str
    account: str
    created_at: datetime
    ready_at: datetime | None
    until: datetime


PROFILE: Query[dict[str, Any]] = query(
    lambda profile: profile,
    """
    SELECT jsonb_build_object('id', id, 'email', email, 'name', name, 'contact', contact, 'time_zone', time_zone, 'locale', locale,
                              'created_at', created_at, 'email_verified_at', email_verified_at,
                              'terms_accepted_at', terms_accepted_at) AS profile
      FROM accounts WHERE id = $1
""",
)
PERMISSIONS: Query[str] = query(str, "SELECT permission FROM user_permissions WHERE account_id = $1 ORDER BY permission")
ACTIVITY: Query[dict[str, Any]] = query(
    lambda event: event,
    """
    SELECT jsonb_build_object('kind', kind, 'at', occurred_at, 'organisation', organisation_id, 'subject', subject, 'data', data) AS event
      FROM events WHERE actor_id = $1 OR (subject = $1 AND organisation_id IS NULL) ORDER BY number DESC LIMIT 50000
""",
)

ADD_EXPORT = command("INSERT INTO exports (id, account_id, created_at, until) VALUES ($1, $2, $3, $4)")
_EXPORT = "SELECT id, account_id AS account, created_at, ready_at, until FROM exports"
EXPORTS: Query[Export] = query(Export, f"{_EXPORT} WHERE account_id = $1 AND until > $2 ORDER BY created_at DESC LIMIT 10")
EXPORT: Query[Export] = query(Export, f"{_EXPORT} WHERE id = $1")
ARCHIVE: Query[bytes] = query(
    bytes, "SELECT archive FROM exports WHERE id = $1 AND account_id = $2 AND ready_at IS NOT NULL AND until > $3"
)
FINISH_EXPORT = command("UPDATE exports SET archive = $2, ready_at = $3 WHERE id = $1")
FORGET_OLD_EXPORTS = command("DELETE FROM exports WHERE until <= $1")

REQUEST_DELETION: Query[str] = query(
    str, "UPDATE accounts SET erase_at = $2 WHERE id = $1 AND erase_at IS NULL AND erased_at IS NULL RETURNING id"
)
ERASE_AT: Query[datetime | None] = query(lambda erase_at: erase_at, "SELECT erase_at FROM accounts WHERE id = $1")
CANCEL_DELETION: Query[str] = query(str, "UPDATE accounts SET erase_at = NULL WHERE id = $1 AND erase_at IS NOT NULL RETURNING id")
POSTPONE_DELETION = command("UPDATE accounts SET erase_at = $2 WHERE id = $1")
DUE_FOR_ERASURE: Query[str] = query(str, "SELECT id FROM accounts WHERE erase_at <= $1 AND erased_at IS NULL ORDER BY erase_at LIMIT 100")
HOLD_DUE: Query[str] = query(str, "SELECT id FROM accounts WHERE id = $1 AND erase_at <= $2 AND erased_at IS NULL FOR UPDATE SKIP LOCKED")
# One statement for everything. The account's row stays, since its id is referenced elsewhere.
ERASE = command("""
    WITH gone_verifications AS (DELETE FROM proofs WHERE account_id = $1),
         gone_exports AS (DELETE FROM exports WHERE account_id = $1),
         gone_permissions AS (DELETE FROM user_permissions WHERE account_id = $1),
         gone_answers AS (DELETE FROM idempotency_keys WHERE caller = $1)
    UPDATE accounts
       SET email = id || '@deleted.invalid', email_key = id || '@deleted.invalid', new_email = NULL, name = $2, contact = '',
           password_hash = '!', time_zone = 'UTC', lock_reason = NULL, erase_at = NULL, erased_at = $3, updated_at = $3, version = version + 1
     WHERE id = $1
""")
