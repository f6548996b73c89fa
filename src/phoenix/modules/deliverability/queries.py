"""Queries for addresses that accept no emails."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from phoenix.kernel.data.purge import purge
from phoenix.kernel.data.query import Query, command, query
from phoenix.kernel.email.recipients import EmailReport


class Stopped(Struct, frozen=True):
    """Why an address gets no emails, and since when: bounced, complained or unsubscribed."""

    reason: str
    since: datetime


class NewlyStopped(Struct, frozen=True):
    """The account whose address was stopped, if there is one."""

    account: str | None
    reason: Literal["bounced", "complained", "unsubscribed"]


IS_STOPPED: Query[bool] = query(bool, "SELECT EXISTS (SELECT FROM stopped_addresses WHERE email_key = $1)")
STOP: Query[NewlyStopped] = query(
    NewlyStopped,
    """
    WITH added AS (
        INSERT INTO stopped_addresses (email_key, reason, since)
        SELECT email_key, reason, $3 FROM unnest($1::text[], $2::text[]) AS reported (email_key, reason)
        ON CONFLICT DO NOTHING RETURNING email_key, reason
    )
    SELECT a.id AS account, added.reason FROM added
      LEFT JOIN accounts a ON a.email_key = added.email_key AND a.kind = 'person' AND a.erased_at IS NULL
""",
)
OF_ACCOUNT: Query[Stopped] = query(
    Stopped,
    """
    SELECT s.reason, s.since FROM stopped_addresses s JOIN accounts a ON a.email_key = s.email_key WHERE a.id = $1
""",
)
RESUME = command("DELETE FROM stopped_addresses WHERE email_key = (SELECT email_key FROM accounts WHERE id = $1)")
# What was reported before the address was confirmed says nothing about it any more.
START_AFRESH = command("""
    DELETE FROM stopped_addresses s USING accounts a, unnest($1::text[], $2::timestamptz[]) AS confirmed (account, at)
     WHERE a.id = confirmed.account AND s.email_key = a.email_key AND s.since <= confirmed.at
""")
# Of an account it stays until it is lifted; what nobody has is forgotten.
FORGET_OLD = purge(
    "stopped_addresses", "since < $1 AND (SELECT a.id FROM accounts a WHERE a.email_key = stopped_addresses.email_key) IS NULL"
)

NEW_REPORTS: Query[str] = query(
    str, "INSERT INTO email_reports (id, received_at) SELECT unnest($1::text[]), $2 ON CONFLICT DO NOTHING RETURNING id"
)
# What came back after all counts more than that it was delivered.
NOTE_OUTCOMES = command("""
    INSERT INTO email_outcomes AS o (reference, state, reason, reported_at)
    SELECT reference, state, reason, $4 FROM unnest($1::text[], $2::text[], $3::text[]) AS reported (reference, state, reason)
    ON CONFLICT (reference) DO UPDATE SET state = EXCLUDED.state, reason = EXCLUDED.reason, reported_at = EXCLUDED.reported_at
     WHERE o.state = 'delivered' AND EXCLUDED.state = 'undelivered'
""")
OUTCOMES: Query[EmailReport] = query(
    EmailReport, "SELECT reference, state, reason, reported_at AS at FROM email_outcomes WHERE reference = ANY($1::text[])"
)
FORGET_OUTCOMES = purge("email_outcomes", "reported_at < $1", oldest="reported_at")
FORGET_REPORTS = purge("email_reports", "received_at < $1")
