"""Queries for phone numbers, and for what is sent to them."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from phoenix.kernel.data.purge import purge
from phoenix.kernel.data.query import Query, command, query
from phoenix.kernel.module import ChannelReport, Reach


class Number(Struct, frozen=True):
    """The confirmed number of a person. Of a number that `stopped`, nothing is sent to it."""

    id: str
    number: str
    confirmed_at: datetime
    stopped: bool


class Request(Struct, frozen=True):
    """A number that is to be confirmed. `failure` is why no code could be sent to it."""

    id: str
    number: str
    code_hash: bytes | None
    code_until: datetime | None
    tries_left: int
    failure: str | None
    requested_at: datetime


class Exported(Struct, frozen=True):
    """A number, in full, and since when."""

    number: str
    since: datetime


class Recipient(Struct, frozen=True):
    """Whom a code goes to: the number, and the language of its person."""

    number: str
    locale: str


class Begun(Struct, frozen=True):
    """A message, and its state: `sending` where it is to be sent now, `unsure` where it may have been sent twice. `reason` is why it was refused."""

    id: str
    state: str
    reason: str


class Message(Struct, frozen=True):
    """A message that was sent to a person, without its words."""

    id: str
    state: str
    reason: str | None
    made_at: datetime
    reported_at: datetime | None


# Of someone whose account is locked or erased nothing is sent, here and below.
REACH: Query[Reach] = query(
    Reach,
    """
    SELECT n.account_id AS account, n.id AS target FROM sms_numbers n JOIN accounts a ON a.id = n.account_id
     WHERE n.account_id = ANY($1::text[]) AND a.locked_at IS NULL AND a.erased_at IS NULL AND NOT EXISTS (SELECT FROM sms_stopped s WHERE s.number = n.number)
""",
)
NUMBER: Query[Number] = query(
    Number,
    """
    SELECT n.id, n.number, n.confirmed_at, EXISTS (SELECT FROM sms_stopped s WHERE s.number = n.number) AS stopped
      FROM sms_numbers n JOIN accounts a ON a.id = n.account_id WHERE n.account_id = $1 AND a.locked_at IS NULL AND a.erased_at IS NULL
""",
)
HAS_STOPPED: Query[bool] = query(bool, "SELECT EXISTS (SELECT FROM sms_stopped WHERE number = ANY($1::text[]))")
# Held until the transaction ends: of two who confirm the same number at once, the second counts the first.
HOLD_NUMBER = command("SELECT pg_advisory_xact_lock(4, hashtext($1))")
COUNT_OTHERS: Query[int] = query(int, "SELECT count(*) FROM sms_numbers WHERE number = $1 AND account_id <> $2")
SET_NUMBER = command("""
    INSERT INTO sms_numbers (account_id, id, number, confirmed_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (account_id) DO UPDATE SET id = $2, number = $3, confirmed_at = $4
""")
REMOVE_NUMBER = command("DELETE FROM sms_numbers WHERE account_id = $1")

REQUEST: Query[Request] = query(
    Request,
    "SELECT id, number, code_hash, code_until, tries_left, failure, requested_at FROM sms_requests WHERE account_id = $1",
)
SET_REQUEST = command("""
    INSERT INTO sms_requests (account_id, id, number, tries_left, requested_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (account_id) DO UPDATE
       SET id = $2, number = $3, tries_left = $4, requested_at = $5, code_hash = NULL, code_until = NULL, failure = NULL
""")
SET_CODE: Query[Recipient] = query(
    Recipient,
    """
    UPDATE sms_requests r SET code_hash = $3, code_until = $4 FROM accounts a
     WHERE r.account_id = $1 AND r.id = $2 AND a.id = r.account_id AND a.locked_at IS NULL AND a.erased_at IS NULL
       AND NOT EXISTS (SELECT FROM sms_stopped s WHERE s.number = r.number) RETURNING r.number, a.locale
""",
)
# Counted before it is compared, and only while there are any left.
TRY: Query[Request] = query(
    Request,
    """
    UPDATE sms_requests SET tries_left = tries_left - 1 WHERE account_id = $1 AND tries_left > 0
    RETURNING id, number, code_hash, code_until, tries_left, failure, requested_at
""",
)
SET_FAILURE = command("UPDATE sms_requests SET failure = $3, code_hash = NULL WHERE account_id = $1 AND id = $2")
REMOVE_REQUEST = command("DELETE FROM sms_requests WHERE account_id = $1")
FORGET_REQUESTS = purge("sms_requests", "requested_at < $1")

COUNT_SENT: Query[int] = query(
    int, "SELECT count(*) FROM sms_messages WHERE account_id = $1 AND made_at > $2 AND state <> 'refused' AND message <> $3"
)
# One that may have been taken, although nobody said so, is tried once more and not again. What was sent is never sent again.
BEGIN: Query[Begun] = query(
    Begun,
    """
    INSERT INTO sms_messages AS m (id, account_id, message, state, tries, made_at) VALUES ($1, $2, $3, 'sending', 1, $4)
    ON CONFLICT (account_id, message) DO UPDATE
       SET tries = m.tries + CASE WHEN m.state = 'sending' THEN 1 ELSE 0 END,
           state = CASE WHEN m.state = 'later' OR (m.state = 'sending' AND m.tries < $5) THEN 'sending' ELSE m.state END,
           reason = CASE WHEN m.state = 'sending' AND m.tries >= $5 THEN 'unsure' ELSE m.reason END
    RETURNING m.id, CASE WHEN m.reason = 'unsure' AND m.state = 'sending' THEN 'unsure' ELSE m.state END AS state, coalesce(m.reason, '') AS reason
""",
)
# A report may have come first, and says more.
ENDED = command("""
    UPDATE sms_messages SET state = $2, reason = $3, code = $4, provider_id = coalesce($5, provider_id) WHERE id = $1 AND state = 'sending'
""")
REPORTS: Query[ChannelReport] = query(
    ChannelReport,
    """
    SELECT message, state, coalesce(reason, '') AS reason, reported_at AS at FROM sms_messages
     WHERE account_id = $1 AND message = ANY($2::text[]) AND state IN ('delivered', 'undelivered')
""",
)
# The first that is final counts, however often and in whatever order they come.
NOTE_REPORT: Query[str] = query(
    str,
    """
    UPDATE sms_messages SET state = $2, reason = $3, code = $4, provider_id = coalesce(provider_id, $5),
           reported_at = CASE WHEN $2 = 'sent' THEN reported_at ELSE $6::timestamptz END
     WHERE id = $1 AND state NOT IN ('delivered', 'undelivered') AND ($2 <> 'sent' OR state = 'sending') RETURNING account_id
""",
)
OF_PERSON: Query[Message] = query(
    Message, "SELECT id, state, reason, made_at, reported_at FROM sms_messages WHERE account_id = $1 ORDER BY made_at, id"
)
NUMBER_EXPORTED: Query[Exported] = query(Exported, "SELECT number, confirmed_at AS since FROM sms_numbers WHERE account_id = $1")
REQUEST_EXPORTED: Query[Exported] = query(Exported, "SELECT number, requested_at AS since FROM sms_requests WHERE account_id = $1")
FORGET_MESSAGES = purge("sms_messages", "made_at < $1", oldest="made_at")

NEW_REPLY: Query[str] = query(str, "INSERT INTO sms_replies (id, received_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id")
STOP = command("INSERT INTO sms_stopped (number, since, key) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
START = command("DELETE FROM sms_stopped WHERE number = ANY($1::text[])")
# At most as many as `MOST_ACCOUNTS`.
OWNERS: Query[str] = query(str, "SELECT account_id FROM sms_numbers WHERE number = $1 ORDER BY account_id")
FORGET_REPLIES = purge("sms_replies", "received_at < $1")
# Of a number that someone has it stays until they say START.
FORGET_STOPPED = purge(
    "sms_stopped", "since < $1 AND (SELECT n.id FROM sms_numbers n WHERE n.number = sms_stopped.number LIMIT 1) IS NULL", oldest="since"
)
# Before the number is deleted: of one that another account has, it stays; of any other, its keyed hash does.
ERASE = (
    command("""
        WITH gone AS (
            DELETE FROM sms_stopped s USING sms_numbers n WHERE n.account_id = $1 AND s.number = n.number
               AND NOT EXISTS (SELECT FROM sms_numbers o WHERE o.number = n.number AND o.account_id <> $1)
            RETURNING s.key, s.since
        )
        INSERT INTO sms_stopped (number, since, key) SELECT key, since, key FROM gone WHERE key IS NOT NULL ON CONFLICT DO NOTHING
    """),
    command("DELETE FROM sms_messages WHERE account_id = $1"),
    REMOVE_REQUEST,
    REMOVE_NUMBER,
)
