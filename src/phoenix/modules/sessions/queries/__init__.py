"""Sessions, and the known devices of accounts."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from phoenix.kernel.actor import ListenerName, SessionRecord
from phoenix.kernel.data.paged import Order, Paged, paged
from phoenix.kernel.data.purge import purge
from phoenix.kernel.data.query import Query, command, query
from phoenix.kernel.module import Credential


class SessionRow(SessionRecord, frozen=True):
    """A session record as PostgreSQL returns it: its permissions are an array."""

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "platform", frozenset(self.platform))


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
    audience: ListenerName


class EndedSession(Struct, frozen=True):
    """A session that just ended. `impersonator` is the member of staff who impersonated the account in it."""

    id: str
    account: str
    impersonator: str | None


class RefreshableSession(Struct, frozen=True):
    """A session found by its refresh token; `current` says whether it is the latest, `child_used` whether the access token
    that came with the latest was used.
    """

    id: str
    account: str
    current: bool
    refreshed_at: datetime
    count: int
    until: datetime
    idle_seconds: int
    renewals: int
    child_used: bool


class RenewedSession(Struct, frozen=True):
    """A session whose former tokens are invalid. `refreshes` says whether it has a refresh token, with the number `count`."""

    remembered: bool
    until: datetime
    idle_seconds: int
    refreshes: bool
    count: int
    renewals: int


class SessionOrigin(Struct, frozen=True):
    """Where and when a session started."""

    device: str
    place: str
    at: datetime


# With the device it started on, if that becomes a known device.
INSERT = command("""
    WITH known AS (
        INSERT INTO known_devices (account_id, device_hash, first_seen_at, seen_at) SELECT $2, $18, $5, $5 WHERE $18::bytea IS NOT NULL
        ON CONFLICT (account_id, device_hash) DO UPDATE SET seen_at = $5
    )
    INSERT INTO sessions (id, account_id, token_hash, refresh_hash, refreshed_at, remembered, idle_seconds, created_at, seen_at,
                          idle_until, until, access_until, device, place, method, proved_at,
                          impersonator_id, impersonation_reason, impersonation_writes, device_hash, audience, second_factor)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $5, $5, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
""")


_RECORD = """
    SELECT s.id AS session, a.id AS account, a.email AS email, a.name AS name, a.time_zone AS time_zone, a.locale AS locale,
           true AS email_verified, a.created_at AS created_at,
           ARRAY(SELECT permission FROM user_permissions WHERE account_id = a.id) AS platform,
           s.idle_until AS idle_until, s.until AS until, s.seen_at AS seen_at, a.version AS version, s.proved_at AS authenticated_at,
           s.impersonator_id AS impersonator, s.impersonation_writes AS impersonation_writes, a.erase_at AS erase_at,
           a.kind AS kind, NULL::text[] AS scopes,
           (SELECT i.name FROM accounts i WHERE i.id = s.impersonator_id) AS impersonator_name,
           <second factors> AS has_second_factor, s.audience AS audience
      FROM sessions s JOIN accounts a ON a.id = s.account_id
     WHERE s.ended_at IS NULL AND a.locked_at IS NULL AND a.erased_at IS NULL
       AND (s.audience = 'public' OR s.second_factor OR NOT (<second factors>))
"""


class RecordQueries(Struct, frozen=True):
    """The statements that find a valid session: by the hash of its token, and by its id and renewal."""

    by_token: Query[SessionRow]
    by_id: Query[SessionRow]


@functools.lru_cache(maxsize=4)
def record_queries(credentials: Sequence[Credential]) -> RecordQueries:
    """The statements, which use the modules' declared credentials to tell whether the account has a second factor."""
    factors = [f"({found.sql.format(account='a.id')}) > 0" for found in credentials if found.second_factor]
    live = _RECORD.replace("<second factors>", " OR ".join(factors) or "false")
    return RecordQueries(query(SessionRow, f"{live} AND s.token_hash = $1"), query(SessionRow, f"{live} AND s.id = $1 AND s.renewals = $2"))


# An impersonation's token is created when its link is opened, so that nobody has one before.
SET_TOKEN: Query[str] = query(str, "UPDATE sessions SET token_hash = $2 WHERE id = $1 AND ended_at IS NULL AND until > $3 RETURNING id")
# Empty for a session that is still open.
END_REASON: Query[str] = query(
    str,
    """
    SELECT CASE WHEN ended_at IS NULL AND until > $2 AND idle_until > $2 THEN '' ELSE coalesce(end_reason, 'expired') END
      FROM sessions WHERE id = $1
""",
)
ORIGIN: Query[SessionOrigin] = query(SessionOrigin, "SELECT device, place, created_at AS at FROM sessions WHERE id = $1")
BY_REFRESH_TOKEN: Query[RefreshableSession] = query(
    RefreshableSession,
    """
    SELECT id, account_id AS account, coalesce(refresh_hash = $1, false) AS current, refreshed_at, refresh_count AS count, until,
           idle_seconds, renewals, (used_refresh_count >= refresh_count) AS child_used
      FROM sessions
     WHERE (refresh_hash = $1 OR former_refresh_hash = $1) AND ended_at IS NULL AND until > $2 AND idle_until > $2
       AND NOT EXISTS (SELECT 1 FROM accounts a WHERE a.id = account_id AND (a.locked_at IS NOT NULL OR a.erased_at IS NOT NULL)) FOR UPDATE
""",
)
ROTATE = command("""
    UPDATE sessions SET former_refresh_hash = refresh_hash, refresh_hash = $2, refreshed_at = $3, seen_at = $3,
                        idle_until = $4, refresh_count = refresh_count + 1
     WHERE id = $1
""")
SET_AUTHENTICATED = command("UPDATE sessions SET proved_at = $2 WHERE id = $1 AND ended_at IS NULL")
# Access tokens name the renewal they were created after, so the former ones become invalid.
RENEW: Query[RenewedSession] = query(
    RenewedSession,
    """
    UPDATE sessions SET token_hash = $2, renewals = renewals + 1 WHERE id = $1
    RETURNING remembered, until, idle_seconds, refresh_hash IS NOT NULL AS refreshes, refresh_count AS count, renewals
""",
)
_SESSION = """
    SELECT id, created_at, seen_at, until, remembered, device, place, method, impersonator_id AS impersonator, audience
      FROM sessions
     WHERE account_id = $1 AND ended_at IS NULL AND until > $2 AND idle_until > $2
"""
SESSIONS: Paged[Session] = paged("sessions", Session, Order("seen_at DESC", "id DESC"), _SESSION + " AND {after} {order}")
SESSION: Query[Session] = query(Session, f"{_SESSION} AND id = $3")
# A device is forgotten with its session, unless its owner only signed out there ($5): a thief must not remain known.
END: Query[EndedSession] = query(
    EndedSession,
    """
    WITH forgotten AS (
        DELETE FROM known_devices d USING sessions s
         WHERE NOT $5 AND s.id = $1 AND s.account_id = $2 AND d.account_id = s.account_id AND d.device_hash = s.device_hash
    )
    UPDATE sessions SET ended_at = $3, end_reason = $4 WHERE id = $1 AND account_id = $2 AND ended_at IS NULL
    RETURNING id, account_id AS account, impersonator_id AS impersonator
""",
)
# For a client with a replaced refresh token: whichever of the two is the thief, both are stopped.
END_REFRESHED: Query[EndedSession] = query(
    EndedSession,
    """
    UPDATE sessions SET ended_at = $2, end_reason = $3 WHERE id = $1 AND refresh_hash IS NOT NULL AND ended_at IS NULL
    RETURNING id, account_id AS account, impersonator_id AS impersonator
""",
)
# Including sessions in which the account itself impersonates others, and those whose idle limit has passed: their last
# use may not be saved yet, and saving it would revive them.
END_OTHERS: Query[EndedSession] = query(
    EndedSession,
    """
    WITH forgotten AS (
        DELETE FROM known_devices WHERE account_id = $1 AND device_hash IS DISTINCT FROM (SELECT device_hash FROM sessions WHERE id = $2)
    )
    UPDATE sessions SET ended_at = $3, end_reason = $4
     WHERE (account_id = $1 OR impersonator_id = $1) AND id IS DISTINCT FROM $2 AND ended_at IS NULL AND until > $3
    RETURNING id, account_id AS account, impersonator_id AS impersonator
""",
)
END_IMPERSONATIONS_BY: Query[EndedSession] = query(
    EndedSession,
    """
    UPDATE sessions SET ended_at = $2, end_reason = $3 WHERE impersonator_id = $1 AND ended_at IS NULL AND until > $2
    RETURNING id, account_id AS account, impersonator_id AS impersonator
""",
)
END_IMPERSONATIONS_OF: Query[EndedSession] = query(
    EndedSession,
    """
    UPDATE sessions SET ended_at = $2, end_reason = $3
     WHERE account_id = $1 AND impersonator_id IS NOT NULL AND ended_at IS NULL AND until > $2
    RETURNING id, account_id AS account, impersonator_id AS impersonator
""",
)
# Ordered by id, so that two processes writing at once cannot lock each other.
SEEN = command("""
    UPDATE sessions s SET seen_at = v.at, idle_until = v.at + make_interval(secs => s.idle_seconds),
                          used_refresh_count = greatest(s.used_refresh_count, v.count)
      FROM (SELECT id, to_timestamp(at) AS at, count FROM unnest($1::text[], $2::float8[], $3::integer[]) AS t (id, at, count) ORDER BY id) v
     WHERE s.id = v.id AND (s.seen_at < v.at OR s.used_refresh_count < v.count) AND s.ended_at IS NULL
""")
FORGET_OLD = purge("sessions", "LEAST(until, ended_at) < $1")
FORGET_OLD_DEVICES = purge("known_devices", "seen_at < $1")

PERSON_SESSIONS: Query[dict[str, Any]] = query(
    lambda session: session,
    """
    SELECT jsonb_build_object('id', id, 'created_at', created_at, 'seen_at', seen_at, 'ended_at', ended_at, 'end_reason', end_reason,
                              'method', method, 'device', device, 'place', place) AS session
      FROM sessions WHERE account_id = $1 ORDER BY created_at DESC
""",
)
ERASE = command("""
    WITH gone_devices AS (DELETE FROM known_devices WHERE account_id = $1)
    DELETE FROM sessions WHERE account_id = $1 OR impersonator_id = $1
""")
