"""What an account is protected by: second factors, backup codes, and how it all looks at a glance."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from phoenix.kernel.data.database import Query, command, query
from phoenix.modules.accounts.queries import Account


class Entrance(Struct, frozen=True):
    """What must be known of an account before it is let in."""

    kind: str
    locked: bool
    totp: bool
    passkeys: int
    knows_device: bool
    knows_any_device: bool
    owner: Account


class Totp(Struct, frozen=True):
    sealed: bytes
    last_step: int
    confirmed_at: datetime | None


class Renewed(Struct, frozen=True):
    """A session whose tokens of before are over. `refreshes` is whether it has a refresh token, of number `count`."""

    remembered: bool
    until: datetime
    idle_seconds: int
    refreshes: bool
    count: int
    renewals: int


class Protection(Struct, frozen=True):
    """What protects an account, at a glance."""

    has_password: bool
    totp_since: datetime | None
    backup_codes_left: int
    passkeys: int
    identities: int
    sessions: int
    devices: int


def _entrance(*columns: Any) -> Entrance:
    kind, locked, totp, passkeys, knows_device, knows_any_device, *owner = columns
    return Entrance(kind, locked, totp, passkeys, knows_device, knows_any_device, Account(*owner))


ENTRANCE: Query[Entrance] = query(
    _entrance,
    """
    SELECT a.kind, a.locked_at IS NOT NULL OR a.erased_at IS NOT NULL,
           EXISTS (SELECT 1 FROM totp_secrets t WHERE t.account_id = a.id AND t.confirmed_at IS NOT NULL),
           (SELECT count(*) FROM passkeys p WHERE p.account_id = a.id),
           EXISTS (SELECT 1 FROM known_devices d WHERE d.account_id = a.id AND d.device_hash = $2),
           EXISTS (SELECT 1 FROM known_devices d WHERE d.account_id = a.id),
           a.id, a.email, a.name, a.time_zone, a.locale, a.contact, a.created_at, a.version
      FROM accounts a WHERE a.id = $1
""",
)
PROTECTION: Query[Protection] = query(
    Protection,
    """
    SELECT a.password_hash <> '!',
           (SELECT confirmed_at FROM totp_secrets t WHERE t.account_id = a.id),
           (SELECT count(*) FROM backup_codes b WHERE b.account_id = a.id AND b.used_at IS NULL),
           (SELECT count(*) FROM passkeys p WHERE p.account_id = a.id),
           (SELECT count(*) FROM identities i WHERE i.account_id = a.id),
           (SELECT count(*) FROM sessions s
             WHERE s.account_id = a.id AND s.ended_at IS NULL AND s.until > $2 AND s.idle_until > $2 AND s.impersonator_id IS NULL),
           (SELECT count(*) FROM known_devices d WHERE d.account_id = a.id)
      FROM accounts a WHERE a.id = $1
""",
)
PASSWORD_HASH: Query[str] = query(str, "SELECT password_hash FROM accounts WHERE id = $1")

BEGIN_TOTP = command("""
    INSERT INTO totp_secrets (account_id, sealed, created_at) VALUES ($1, $2, $3)
    ON CONFLICT (account_id) DO UPDATE SET sealed = $2, created_at = $3, last_step = 0 WHERE totp_secrets.confirmed_at IS NULL
""")
TOTP: Query[Totp] = query(Totp, "SELECT sealed, last_step, confirmed_at FROM totp_secrets WHERE account_id = $1")
# A code counts once (RFC 6238, 5.2): the step moves forward only, and of two at once exactly one moves it.
USE_TOTP_STEP: Query[int] = query(int, "UPDATE totp_secrets SET last_step = $2 WHERE account_id = $1 AND last_step < $2 RETURNING 1")
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
REMOVE_PASSKEYS = command("DELETE FROM passkeys WHERE account_id = $1")
PROVE_SESSION = command("UPDATE sessions SET proved_at = $2 WHERE id = $1")
# Access tokens name the renewal they were made after, so those of before are over.
RENEW_TOKEN: Query[Renewed] = query(
    Renewed,
    """
    UPDATE sessions SET token_hash = $2, renewals = renewals + 1 WHERE id = $1
    RETURNING remembered, until, idle_seconds, refresh_hash IS NOT NULL, refresh_count, renewals
""",
)
