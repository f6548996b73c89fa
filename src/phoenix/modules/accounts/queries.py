"""Questions about accounts, sign-ups, proofs and sessions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from phoenix.kernel.actor import SessionRecord
from phoenix.kernel.database import Query, Reader, command, query


class Credentials(Struct, frozen=True):
    """What a log-in is checked against. `account` is None for a sign-up that waits for its proof."""

    account: str | None
    password_hash: str


class Account(Struct, frozen=True):
    id: str
    email: str
    name: str
    time_zone: str
    locale: str
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
    code_hash: bytes


class Session(Struct, frozen=True):
    id: str
    created_at: datetime
    seen_at: datetime
    until: datetime
    remembered: bool
    device: str
    place: str


class Refreshable(Struct, frozen=True):
    """A session found by its refresh token; `current` tells whether the token is the newest."""

    id: str
    account: str
    current: bool
    refreshed_at: datetime
    count: int
    until: datetime
    idle_seconds: int


def _session_record(*columns: Any) -> SessionRecord:
    values = dict(zip(SessionRecord.__struct_fields__, columns, strict=True))
    return SessionRecord(**{**values, "platform": frozenset(values["platform"])})


CREDENTIALS: Query[Credentials] = query(
    Credentials,
    """
    SELECT id, password_hash FROM accounts WHERE email_key = $1
    UNION ALL
    (SELECT NULL, password_hash FROM sign_ups WHERE email_key = $1 AND created_at > $2 ORDER BY created_at DESC LIMIT 1)
    LIMIT 1
""",
)

ACCOUNT: Query[Account] = query(Account, "SELECT id, email, name, time_zone, locale, created_at, version FROM accounts WHERE id = $1")
ACCOUNT_BY_EMAIL: Query[Account] = query(
    Account, "SELECT id, email, name, time_zone, locale, created_at, version FROM accounts WHERE email_key = $1"
)
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
UPDATE_PROFILE: Query[Account] = query(
    Account,
    """
    UPDATE accounts
       SET name = coalesce($2, name), time_zone = coalesce($3, time_zone), locale = coalesce($4, locale),
           updated_at = $5, version = version + 1
     WHERE id = $1 AND ($6::integer IS NULL OR version = $6)
    RETURNING id, email, name, time_zone, locale, created_at, version
""",
)
SET_PASSWORD = command("UPDATE accounts SET password_hash = $2, updated_at = $3 WHERE id = $1")
GRANT = command(
    "INSERT INTO user_permissions (account_id, permission, granted_by, granted_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
)

LOCK_PERMISSIONS = command("LOCK TABLE user_permissions IN SHARE ROW EXCLUSIVE MODE")

INSERT_SIGN_UP = command("""
    INSERT INTO sign_ups (id, email, email_key, name, password_hash, time_zone, locale, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
""")
SIGN_UP: Query[SignUp] = query(SignUp, "SELECT id, email, email_key, name, password_hash, time_zone, locale FROM sign_ups WHERE id = $1")
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
    SELECT id, account_id, sign_up_id, code_hash FROM proofs
     WHERE link_hash = $1 AND purpose = $2 AND used_at IS NULL AND link_until > $3 FOR UPDATE
""",
)
PROOFS_BY_CODE: Query[Proof] = query(
    Proof,
    """
    SELECT id, account_id, sign_up_id, code_hash FROM proofs
     WHERE email_key = $1 AND purpose = $2 AND used_at IS NULL AND code_until > $3 AND tries_left > 0
     ORDER BY created_at DESC LIMIT 3 FOR UPDATE
""",
)
SPEND_TRIES = command("UPDATE proofs SET tries_left = tries_left - 1 WHERE id = ANY($1::text[])")
SPEND_PROOF = command("UPDATE proofs SET used_at = $2 WHERE id = $1")
SPEND_PROOFS_OF_ACCOUNT = command("UPDATE proofs SET used_at = $3 WHERE account_id = $1 AND purpose = $2 AND used_at IS NULL")
FORGET_OLD_PROOFS = command("DELETE FROM proofs WHERE link_until < $1")

INSERT_SESSION = command("""
    INSERT INTO sessions (id, account_id, token_hash, refresh_hash, refreshed_at, remembered, idle_seconds, created_at, seen_at,
                          idle_until, until, access_until, device, place)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $5, $5, $8, $9, $10, $11, $12)
""")
SESSION_BY_TOKEN: Query[SessionRecord] = query(
    _session_record,
    """
    SELECT s.id, a.id, a.email, a.name, a.time_zone, a.locale, true, a.created_at,
           ARRAY(SELECT permission FROM user_permissions WHERE account_id = a.id),
           s.idle_until, least(s.until, s.access_until), s.seen_at, a.version
      FROM sessions s JOIN accounts a ON a.id = s.account_id
     WHERE s.token_hash = $1 AND s.ended_at IS NULL
""",
)
SESSION_BY_REFRESH: Query[Refreshable] = query(
    Refreshable,
    """
    SELECT id, account_id, coalesce(refresh_hash = $1, false), refreshed_at, refresh_count, until, idle_seconds FROM sessions
     WHERE (refresh_hash = $1 OR former_refresh_hash = $1) AND ended_at IS NULL AND until > $2 AND idle_until > $2 FOR UPDATE
""",
)
ROTATE = command("""
    UPDATE sessions SET token_hash = $2, former_refresh_hash = refresh_hash, refresh_hash = $3, refreshed_at = $4, seen_at = $4,
                        idle_until = $5, access_until = $6, refresh_count = refresh_count + 1
     WHERE id = $1
""")
SESSIONS: Query[Session] = query(
    Session,
    """
    SELECT id, created_at, seen_at, until, remembered, device, place FROM sessions
     WHERE account_id = $1 AND ended_at IS NULL AND until > $2 AND idle_until > $2
     ORDER BY seen_at DESC LIMIT 100
""",
)
END_SESSION: Query[str] = query(
    str, "UPDATE sessions SET ended_at = $3, end_reason = $4 WHERE id = $1 AND account_id = $2 AND ended_at IS NULL RETURNING id"
)
END_OTHER_SESSIONS: Query[str] = query(
    str,
    """
    UPDATE sessions SET ended_at = $3, end_reason = $4
     WHERE account_id = $1 AND id IS DISTINCT FROM $2 AND ended_at IS NULL AND until > $3 AND idle_until > $3 RETURNING id
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


async def find_session(db: Reader, token_hash: bytes) -> SessionRecord | None:
    """The live session of a token and its account, in one query."""
    return await db.maybe(SESSION_BY_TOKEN, token_hash)
