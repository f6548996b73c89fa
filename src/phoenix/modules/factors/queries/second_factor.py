"""Second factors: the authenticator app and its backup codes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from phoenix.kernel.data.query import Query, command, query


class Totp(Struct, frozen=True):
    sealed: bytes
    last_step: int
    confirmed_at: datetime | None


class SecondFactors(Struct, frozen=True):
    """When an account's authenticator app was turned on, the number of backup codes left, and the number of passkeys."""

    totp_since: datetime | None
    backup_codes_left: int
    passkeys: int


SET_UP_TOTP = command("""
    INSERT INTO totp_secrets (account_id, sealed, created_at) VALUES ($1, $2, $3)
    ON CONFLICT (account_id) DO UPDATE SET sealed = $2, created_at = $3, last_step = 0 WHERE totp_secrets.confirmed_at IS NULL
""")
TOTP: Query[Totp] = query(Totp, "SELECT sealed, last_step, confirmed_at FROM totp_secrets WHERE account_id = $1")
# A code is accepted once (RFC 6238, 5.2): the step only moves forward, and of two simultaneous uses exactly one moves it.
USE_TOTP_STEP: Query[int] = query(
    int, "UPDATE totp_secrets SET last_step = $2 WHERE account_id = $1 AND last_step < $2 AND sealed = $3 RETURNING 1"
)
CONFIRM_TOTP: Query[int] = query(
    int, "UPDATE totp_secrets SET confirmed_at = $2 WHERE account_id = $1 AND confirmed_at IS NULL RETURNING 1"
)
REMOVE_TOTP: Query[int] = query(int, "DELETE FROM totp_secrets WHERE account_id = $1 AND confirmed_at IS NOT NULL RETURNING 1")

REMOVE_BACKUP_CODES = command("DELETE FROM backup_codes WHERE account_id = $1")
ADD_BACKUP_CODES = command(
    "INSERT INTO backup_codes (account_id, code_hash, created_at) SELECT $1, hash, $3 FROM unnest($2::bytea[]) AS t (hash)"
)
BACKUP_HASH: Query[bytes] = query(bytes, "SELECT code_hash FROM backup_codes WHERE account_id = $1 LIMIT 1")
USE_BACKUP_CODE: Query[int] = query(
    int, "UPDATE backup_codes SET used_at = $3 WHERE account_id = $1 AND code_hash = $2 AND used_at IS NULL RETURNING 1"
)
BACKUP_CODES_LEFT: Query[int] = query(int, "SELECT count(*) FROM backup_codes WHERE account_id = $1 AND used_at IS NULL")

SECOND_FACTORS: Query[SecondFactors] = query(
    SecondFactors,
    """
    SELECT (SELECT confirmed_at FROM totp_secrets WHERE account_id = $1) AS totp_since,
           (SELECT count(*) FROM backup_codes WHERE account_id = $1 AND used_at IS NULL) AS backup_codes_left,
           (SELECT count(*) FROM passkeys WHERE account_id = $1) AS passkeys
""",
)
PERSON_FACTORS: Query[dict[str, Any]] = query(
    lambda factors: factors,
    """
    SELECT jsonb_build_object(
        'authenticator_app_since', (SELECT confirmed_at FROM totp_secrets WHERE account_id = $1),
        'backup_codes_left', (SELECT count(*) FROM backup_codes WHERE account_id = $1 AND used_at IS NULL),
        'passkeys', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', name, 'created_at', created_at, 'used_at', used_at)), '[]')
                       FROM passkeys WHERE account_id = $1)) AS factors
""",
)
ERASE = command("""
    WITH gone_totp AS (DELETE FROM totp_secrets WHERE account_id = $1),
         gone_codes AS (DELETE FROM backup_codes WHERE account_id = $1),
         gone_passkeys AS (DELETE FROM passkeys WHERE account_id = $1)
    DELETE FROM guards WHERE account_id = $1
""")
