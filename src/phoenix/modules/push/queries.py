"""Queries for the browsers in which people are notified by push."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from phoenix.kernel.data.purge import purge
from phoenix.kernel.data.query import Query, command, query
from phoenix.kernel.module import Reach


class Browser(Struct, frozen=True):
    """A browser in which a person is notified. `session` is the one that it ends with."""

    id: str
    session: str
    device: str
    created_at: datetime


class Subscription(Struct, frozen=True):
    """Where a browser is sent to, with which keys, and the key of ours that it accepts. A `slow` one did not answer the last time."""

    endpoint: str
    receiver: bytes
    auth: bytes
    server_key: str
    slow: bool


# A session that has ended or expired, or whose account is locked or erased, is sent nothing, whether or not its row is deleted yet.
_LIVE = """
      FROM push_subscriptions p JOIN sessions s ON s.id = p.session_id AND s.account_id = p.account_id JOIN accounts a ON a.id = p.account_id
     WHERE s.ended_at IS NULL AND s.until > {now} AND s.idle_until > {now} AND s.impersonator_id IS NULL
       AND a.locked_at IS NULL AND a.erased_at IS NULL
"""
REACH: Query[Reach] = query(
    Reach,
    f"SELECT p.account_id AS account, p.id AS target, p.silent_at IS NOT NULL AS slow {_LIVE.format(now='$2')} AND p.account_id = ANY($1::text[])",
)
SUBSCRIPTION: Query[Subscription] = query(
    Subscription,
    f"""
    SELECT p.endpoint, p.receiver, p.auth, p.server_key, p.silent_at IS NOT NULL AS slow {_LIVE.format(now="$3")}
       AND p.account_id = $1 AND p.id = $2
""",
)
# At most as many as `MOST_BROWSERS`.
BROWSERS: Query[Browser] = query(
    Browser,
    f"SELECT p.id, p.session_id AS session, s.device, p.created_at {_LIVE.format(now='$2')} AND p.account_id = $1 ORDER BY p.created_at DESC, p.id DESC",
)
OF_PERSON: Query[Browser] = query(
    Browser,
    """
    SELECT p.id, p.session_id AS session, s.device, p.created_at FROM push_subscriptions p JOIN sessions s ON s.id = p.session_id
     WHERE p.account_id = $1 ORDER BY p.created_at DESC, p.id DESC
""",
)
# The browser's own row, and the oldest ones that would be too many with the new one.
MAKE_ROOM = command("""
    DELETE FROM push_subscriptions p
     WHERE p.account_id = $1 AND (p.session_id = $2 OR p.id IN (
               SELECT o.id FROM push_subscriptions o WHERE o.account_id = $1 AND o.session_id <> $2 ORDER BY o.created_at DESC, o.id DESC OFFSET $3
           ))
""")
# A browser in which someone else was notified before knows its own keys; nobody else does.
ADD: Query[str] = query(
    str,
    """
    INSERT INTO push_subscriptions (id, account_id, session_id, endpoint, receiver, auth, server_key, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (endpoint) DO UPDATE
       SET id = $1, account_id = $2, session_id = $3, server_key = $7, created_at = $8
     WHERE push_subscriptions.auth = $6 AND push_subscriptions.receiver = $5
    RETURNING id
""",
)
TURN_OFF = command("DELETE FROM push_subscriptions WHERE account_id = $1 AND id = $2")
REMOVE_OF_SESSION = command("DELETE FROM push_subscriptions WHERE account_id = $1 AND session_id = $2")
# When it last did not answer; null once it has answered again.
SET_UNANSWERED = command("UPDATE push_subscriptions SET silent_at = $4 WHERE account_id = $1 AND id = $2 AND endpoint = $3")
REMOVE_GONE = command("DELETE FROM push_subscriptions WHERE account_id = $1 AND id = $2 AND endpoint = $3")
ERASE = command("DELETE FROM push_subscriptions WHERE account_id = $1")
FORGET_ENDED = purge(
    "push_subscriptions",
    "NOT EXISTS (SELECT FROM sessions s WHERE s.id = session_id AND s.ended_at IS NULL AND s.until > $1 AND s.idle_until > $1)",
)
