"""The personal data in accounts, for export and erasure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from phoenix.kernel.data.purge import purge
from phoenix.kernel.data.query import Query, command, query


class Export(Struct, frozen=True):
    id: str
    account: str
    created_at: datetime
    ready_at: datetime | None
    until: datetime


class Archive(Struct, frozen=True):
    """A prepared copy: whole in `archive`, or in chunks of the run that finished it."""

    export: str
    archive: bytes | None
    run: str | None
    size: int | None


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
# Without the fields in $2 by kind, which only code of the last release reads: they may be the words of others, deleted since.
ACTIVITY: Query[dict[str, Any]] = query(
    lambda event: event,
    """
    SELECT jsonb_build_object('kind', kind, 'at', occurred_at, 'organisation', organisation_id, 'subject', subject,
                              'data', data - ARRAY(SELECT jsonb_array_elements_text($2::jsonb -> kind))) AS event
      FROM ((SELECT * FROM events WHERE actor_id = $1 ORDER BY number DESC)
            UNION ALL (SELECT * FROM events WHERE subject = $1 AND organisation_id IS NULL AND actor_id IS DISTINCT FROM $1 ORDER BY number DESC)
            ORDER BY number DESC) AS own
""",
)

ADD_EXPORT = command("INSERT INTO exports (id, account_id, created_at, until) VALUES ($1, $2, $3, $4)")
_EXPORT = "SELECT id, account_id AS account, created_at, ready_at, until FROM exports"
EXPORTS: Query[Export] = query(Export, f"{_EXPORT} WHERE account_id = $1 AND until > $2 ORDER BY created_at DESC LIMIT 50")
EXPORT: Query[Export] = query(Export, f"{_EXPORT} WHERE id = $1")
ARCHIVE: Query[Archive] = query(
    Archive,
    "SELECT id AS export, archive, run, size FROM exports WHERE id = $1 AND account_id = $2 AND ready_at IS NOT NULL AND until > $3",
)
FINISH_EXPORT: Query[str] = query(
    str, "UPDATE exports SET archive = $2, run = $3, size = $4, ready_at = $5 WHERE id = $1 AND ready_at IS NULL RETURNING id"
)
# Of one run of the job: another that runs at the same time writes its own.
ADD_CHUNK = command("INSERT INTO export_chunks (export_id, run, number, data) VALUES ($1, $2, $3, $4)")
CHUNK: Query[bytes] = query(bytes, "SELECT data FROM export_chunks WHERE export_id = $1 AND run = $2 AND number = $3")
# Of a run that another one overtook.
FORGET_RUN = command("DELETE FROM export_chunks WHERE export_id = $1 AND run = $2")
FORGET_OLD_EXPORTS = purge("exports", "until <= $1", most=20, oldest="until")

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
         gone_answers AS (DELETE FROM idempotency_keys WHERE caller = $1),
         gone_forms AS (DELETE FROM kept_forms WHERE account_id = $1)
    UPDATE accounts
       SET email = id || '@deleted.invalid', email_key = id || '@deleted.invalid', new_email = NULL, name = $2, contact = '',
           password_hash = '!', time_zone = 'UTC', lock_reason = NULL, erase_at = NULL, erased_at = $3, updated_at = $3, version = version + 1
     WHERE id = $1
""")
