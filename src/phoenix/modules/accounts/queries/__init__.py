"""Questions about accounts, sign-ups, proofs and sessions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from phoenix.kernel.actor import SessionRecord
from phoenix.kernel.data.database import Query, Reader, command, query


class Credentials(Struct, frozen=True):
    """What a log-in is checked against: an account, the newest sign-up that waits for its proof, or both, of one address."""

    account: str | None
    password_hash: str | None
    sign_up: str | None
    sign_up_hash: str | None
    knows_device: bool


class Account(Struct, frozen=True):
    id: str
    email: str
    name: str
    time_zone: str
    locale: str
    contact: str
    created_at: datetime
    version: int


class SignUp(Struct, frozen=True):
    id: str
    email: str
    email_key: str
    name: str
    password_hash: str
    time_zone: str
    locale: str


class Proof(Struct, frozen=True):
    id: str
    account: str | None
    sign_up: str | None
    email_key: str
    code_hash: bytes


class Session(Struct, frozen=True):
    id: str
    created_at: datetime
    seen_at: datetime
    until: datetime
    remembered: bool
    device: str
    place: str
    method: str
    impersonator: str | None


class Ended(Struct, frozen=True):
    """A session that was ended just now. `impersonator` is who looked through the account's eyes in it."""

    id: str
    account: str
    impersonator: str | None


class Happened(Struct, frozen=True):
    """Something that touched the safety of an account."""

    kind: str
    data: dict[str, Any]
    at: datetime
    actor: str | None
    impersonator: str | None


class Refreshable(Struct, frozen=True):
    """A session found by its refresh token; `current` tells whether the token is the newest."""

    id: str
    account: str
    current: bool
    refreshed_at: datetime
    count: int
    until: datetime
    idle_seconds: int
    renewals: int


def _session_record(*columns: Any) -> SessionRecord:
    values = dict(zip(SessionRecord.__struct_fields__, columns, strict=False))
    return SessionRecord(**{**values, "platform": frozenset(values["platform"])})


CREDENTIALS: Query[Credentials] = query(
    Credentials,
    """
    SELECT a.id, a.password_hash, s.id, s.password_hash,
           EXISTS (SELECT 1 FROM known_devices d WHERE d.account_id = a.id AND d.device_hash = $3)
      FROM (SELECT) one
      LEFT JOIN accounts a ON a.email_key = $1 AND a.kind = 'person'
      LEFT JOIN LATERAL (SELECT id, password_hash FROM sign_ups WHERE email_key = $1 AND created_at > $2
                          ORDER BY created_at DESC LIMIT 1) s ON true
""",
)

ACCOUNT: Query[Account] = query(
    Account, "SELECT id, email, name, time_zone, locale, contact, created_at, version FROM accounts WHERE id = $1"
)
ACCOUNT_BY_EMAIL: Query[Account] = query(
    Account,
    "SELECT id, email, name, time_zone, locale, contact, created_at, version FROM accounts WHERE email_key = $1 AND kind = 'person'",
)
HOLD_ACCOUNT = command("SELECT 1 FROM accounts WHERE id = $1 FOR NO KEY UPDATE")
ANY_ACCOUNT: Query[bool] = query(bool, "SELECT EXISTS (SELECT 1 FROM accounts)")
ANY_ADMINISTRATOR: Query[bool] = query(bool, "SELECT EXISTS (SELECT 1 FROM user_permissions WHERE permission = $1)")
NAMES: Query[tuple[str, str]] = query(lambda id_, name: (id_, name), "SELECT id, name FROM accounts WHERE id = ANY($1::text[])")

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
    VALUES ($1, $2, $2, $3, '!', 'UTC', 'en', $4, $4, $4, $4, 'service')
""")
UPDATE_PROFILE: Query[Account] = query(
    Account,
    """
    UPDATE accounts
       SET name = coalesce($2, name), time_zone = coalesce($3, time_zone), locale = coalesce($4, locale),
           contact = coalesce($7, contact), updated_at = $5, version = version + 1
     WHERE id = $1 AND ($6::integer IS NULL OR version = $6)
    RETURNING id, email, name, time_zone, locale, contact, created_at, version
""",
)
SET_PASSWORD = command("UPDATE accounts SET password_hash = $2, updated_at = $3 WHERE id = $1")
AWAIT_ADDRESS = command("UPDATE accounts SET new_email = $2 WHERE id = $1")
AWAITED_ADDRESS: Query[str | None] = query(lambda email: email, "SELECT new_email FROM accounts WHERE id = $1")
# Two who prove one address at once take turns, so that the second is refused rather than stopped by the index.
TAKE_TURN_AT_ADDRESS = command("SELECT pg_advisory_xact_lock(1, hashtext($1))")
SET_ADDRESS: Query[str] = query(
    str,
    """
    UPDATE accounts SET email = $2, email_key = $3, new_email = NULL, email_verified_at = $4, updated_at = $4, version = version + 1
     WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM accounts WHERE email_key = $3) RETURNING id
""",
)
GRANT = command(
    "INSERT INTO user_permissions (account_id, permission, granted_by, granted_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
)

LOCK_PERMISSIONS = command("LOCK TABLE user_permissions IN SHARE ROW EXCLUSIVE MODE")

INSERT_SIGN_UP = command("""
    INSERT INTO sign_ups (id, email, email_key, name, password_hash, time_zone, locale, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
""")
SIGN_UP: Query[SignUp] = query(SignUp, "SELECT id, email, email_key, name, password_hash, time_zone, locale FROM sign_ups WHERE id = $1")
# The one that was proven, if it still waits; where there is one of the same address that the browser sent itself, that one.
SIGN_UP_TO_BEGIN: Query[SignUp] = query(
    SignUp,
    """
    SELECT s.id, s.email, s.email_key, s.name, s.password_hash, s.time_zone, s.locale
      FROM sign_ups proven JOIN sign_ups s ON s.email_key = proven.email_key AND s.id IN (proven.id, $2)
     WHERE proven.id = $1 ORDER BY (s.id = $2) DESC LIMIT 1
""",
)
NEWEST_SIGN_UP: Query[SignUp] = query(
    SignUp,
    """
    SELECT id, email, email_key, name, password_hash, time_zone, locale FROM sign_ups
     WHERE email_key = $1 AND created_at > $2 ORDER BY created_at DESC LIMIT 1
""",
)
FORGET_SIGN_UPS = command("DELETE FROM sign_ups WHERE email_key = $1")
FORGET_OLD_SIGN_UPS = command("DELETE FROM sign_ups WHERE created_at < $1")

INSERT_PROOF = command("""
    INSERT INTO proofs (id, account_id, sign_up_id, email_key, purpose, link_hash, code_hash, code_until, link_until, tries_left, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
""")
PROOF_BY_LINK: Query[Proof] = query(
    Proof,
    """
    SELECT id, account_id, sign_up_id, email_key, code_hash FROM proofs
     WHERE link_hash = $1 AND purpose = $2 AND used_at IS NULL AND link_until > $3 FOR UPDATE
""",
)
PROOFS_BY_CODE: Query[Proof] = query(
    Proof,
    """
    SELECT id, account_id, sign_up_id, email_key, code_hash FROM proofs
     WHERE email_key = $1 AND purpose = $2 AND used_at IS NULL AND code_until > $3 AND tries_left > 0
     ORDER BY created_at DESC LIMIT 3 FOR UPDATE
""",
)
SPEND_TRIES = command("UPDATE proofs SET tries_left = tries_left - 1 WHERE id = ANY($1::text[])")
SPEND_PROOF = command("UPDATE proofs SET used_at = $2 WHERE id = $1")
SPEND_ALL_PROOFS_OF_ACCOUNT = command("UPDATE proofs SET used_at = $2 WHERE account_id = $1 AND used_at IS NULL")
SPEND_PROOFS_OF_ACCOUNT = command("UPDATE proofs SET used_at = $3 WHERE account_id = $1 AND purpose = $2 AND used_at IS NULL")
FORGET_OLD_PROOFS = command("DELETE FROM proofs WHERE link_until < $1")

# With the device it began on, where that is to be known from now on.
INSERT_SESSION = command("""
    WITH known AS (
        INSERT INTO known_devices (account_id, device_hash, first_seen_at, seen_at) SELECT $2, $18, $5, $5 WHERE $18::bytea IS NOT NULL
        ON CONFLICT (account_id, device_hash) DO UPDATE SET seen_at = $5
    )
    INSERT INTO sessions (id, account_id, token_hash, refresh_hash, refreshed_at, remembered, idle_seconds, created_at, seen_at,
                          idle_until, until, access_until, device, place, method, proved_at,
                          impersonator_id, impersonation_reason, impersonation_writes)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $5, $5, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
""")
_RECORD = """
    SELECT s.id, a.id, a.email, a.name, a.time_zone, a.locale, true, a.created_at,
           ARRAY(SELECT permission FROM user_permissions WHERE account_id = a.id),
           s.idle_until, s.until, s.seen_at, a.version, s.proved_at, s.impersonator_id, s.impersonation_writes, a.erase_at, a.kind,
           NULL::text[], (SELECT i.name FROM accounts i WHERE i.id = s.impersonator_id),
           EXISTS (SELECT 1 FROM totp_secrets t WHERE t.account_id = a.id AND t.confirmed_at IS NOT NULL)
           OR EXISTS (SELECT 1 FROM passkeys p WHERE p.account_id = a.id)
      FROM sessions s JOIN accounts a ON a.id = s.account_id
     WHERE s.ended_at IS NULL AND a.locked_at IS NULL AND a.erased_at IS NULL
"""
SESSION_BY_TOKEN: Query[SessionRecord] = query(_session_record, f"{_RECORD} AND s.token_hash = $1")
SESSION_BY_ID: Query[SessionRecord] = query(_session_record, f"{_RECORD} AND s.id = $1 AND s.renewals = $2")
END_REASON: Query[str] = query(str, "SELECT coalesce(end_reason, 'expired') FROM sessions WHERE id = $1")
SESSION_SEEN: Query[tuple[str, str, datetime]] = query(
    lambda device, place, at: (device, place, at), "SELECT device, place, created_at FROM sessions WHERE id = $1"
)
SECURITY_EVENTS: Query[Happened] = query(
    Happened,
    """
    SELECT kind, data, occurred_at, actor_id, impersonator_id FROM events
     WHERE subject = $1 AND kind >= 'accounts.' AND kind < 'accounts/' AND kind <> 'accounts.profile_changed' ORDER BY number DESC LIMIT 12
""",
)
SESSION_BY_REFRESH: Query[Refreshable] = query(
    Refreshable,
    """
    SELECT id, account_id, coalesce(refresh_hash = $1, false), refreshed_at, refresh_count, until, idle_seconds, renewals FROM sessions
     WHERE (refresh_hash = $1 OR former_refresh_hash = $1) AND ended_at IS NULL AND until > $2 AND idle_until > $2
       AND NOT EXISTS (SELECT 1 FROM accounts a WHERE a.id = account_id AND (a.locked_at IS NOT NULL OR a.erased_at IS NOT NULL)) FOR UPDATE
""",
)
ROTATE = command("""
    UPDATE sessions SET former_refresh_hash = refresh_hash, refresh_hash = $2, refreshed_at = $3, seen_at = $3,
                        idle_until = $4, refresh_count = refresh_count + 1
     WHERE id = $1
""")
SESSIONS: Query[Session] = query(
    Session,
    """
    SELECT id, created_at, seen_at, until, remembered, device, place, method, impersonator_id FROM sessions
     WHERE account_id = $1 AND ended_at IS NULL AND until > $2 AND idle_until > $2
     ORDER BY seen_at DESC LIMIT 100
""",
)
END_SESSION: Query[Ended] = query(
    Ended,
    """
    UPDATE sessions SET ended_at = $3, end_reason = $4
     WHERE id = $1 AND account_id = $2 AND ended_at IS NULL RETURNING id, account_id, impersonator_id
""",
)
# For who brings a token of its own that was replaced: whichever of the two is the thief, neither goes on.
END_REFRESHED_SESSION: Query[Ended] = query(
    Ended,
    """
    UPDATE sessions SET ended_at = $2, end_reason = $3
     WHERE id = $1 AND refresh_hash IS NOT NULL AND ended_at IS NULL RETURNING id, account_id, impersonator_id
""",
)
# With the sessions in which the account itself looks through the eyes of others, and with those whose idle limit has passed:
# their last use may not be written down yet, and would bring them back.
END_OTHER_SESSIONS: Query[Ended] = query(
    Ended,
    """
    UPDATE sessions SET ended_at = $3, end_reason = $4
     WHERE (account_id = $1 OR impersonator_id = $1) AND id IS DISTINCT FROM $2 AND ended_at IS NULL AND until > $3
    RETURNING id, account_id, impersonator_id
""",
)
# Ordered by id, so that two processes writing at once cannot lock each other.
SEEN = command("""
    UPDATE sessions s SET seen_at = v.at, idle_until = v.at + make_interval(secs => s.idle_seconds)
      FROM (SELECT id, to_timestamp(at) AS at FROM unnest($1::text[], $2::float8[]) AS t (id, at) ORDER BY id) v
     WHERE s.id = v.id AND s.seen_at < v.at AND s.ended_at IS NULL
""")
FORGET_OLD_SESSIONS = command("DELETE FROM sessions WHERE until < $1 OR ended_at < $1")


async def names(db: Reader, ids: Sequence[str]) -> Mapping[str, str]:
    """The names of accounts, in one query."""
    return dict(await db.all(NAMES, list(ids)))
