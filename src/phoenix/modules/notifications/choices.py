"""Queries for what people choose: channels, digest, quiet hours and mutes; and for what is sent outside Phoenix."""

from __future__ import annotations

from datetime import datetime, time

from msgspec import Struct

from phoenix.kernel.data.paged import Order, Paged, paged
from phoenix.kernel.data.query import Query, command, query
from phoenix.modules.notifications.queries import ITEM, Item
from phoenix.modules.notifications.timing import Digest, Schedule

INBOX, EMAIL = "inbox", "email"


class Settings(Struct, frozen=True):
    """When someone wants to be reached, and what they chose: `kind channel on` for each choice they made."""

    account: str
    time_zone: str
    digest: Digest
    hour: int
    quiet_from: time | None
    quiet_until: time | None
    choices: list[str]

    @property
    def schedule(self) -> Schedule:
        return Schedule(self.time_zone, self.digest, self.hour, self.quiet_from, self.quiet_until)

    def chosen(self, kind: str, channel: str) -> bool | None:
        """What they chose for a kind and channel; None if they have not."""
        if f"{kind} {channel} true" in self.choices:
            return True
        return False if f"{kind} {channel} false" in self.choices else None


class Mute(Struct, frozen=True):
    """Something that an account muted."""

    thing: str
    created_at: datetime


class Muted(Struct, frozen=True):
    """An account and what it muted."""

    account: str
    thing: str


class Due(Struct, frozen=True):
    """An account to which something is sent now, and by which channel."""

    account: str
    channel: str


class Recipient(Struct, frozen=True):
    """Whom an email goes to."""

    email: str
    name: str
    time_zone: str
    locale: str


SETTINGS: Query[Settings] = query(
    Settings,
    """
    SELECT a.id AS account, a.time_zone, coalesce(s.digest, 'off') AS digest, coalesce(s.hour, 8) AS hour, s.quiet_from, s.quiet_until,
           ARRAY(SELECT p.kind || ' ' || p.channel || ' ' || p.is_on::text FROM notification_preferences p WHERE p.account_id = a.id) AS choices
      FROM accounts a LEFT JOIN notification_settings s ON s.account_id = a.id
     WHERE a.id = ANY($1::text[])
""",
)
CHOOSE = command("""
    INSERT INTO notification_preferences (account_id, kind, channel, is_on)
    SELECT $1, kind, channel, is_on FROM unnest($2::text[], $3::text[], $4::boolean[]) AS c(kind, channel, is_on)
    ON CONFLICT (account_id, kind, channel) DO UPDATE SET is_on = excluded.is_on
""")
SCHEDULE = command("""
    INSERT INTO notification_settings (account_id, digest, hour, quiet_from, quiet_until) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (account_id) DO UPDATE SET digest = $2, hour = $3, quiet_from = $4, quiet_until = $5
""")

MUTES: Paged[Mute] = paged("mutes", Mute, Order("thing"), "SELECT thing, created_at FROM mutes WHERE account_id = $1 AND {after} {order}")
MUTES_OF: Query[Mute] = query(Mute, "SELECT thing, created_at FROM mutes WHERE account_id = $1 ORDER BY thing")
COUNT_MUTES: Query[int] = query(int, "SELECT count(*) FROM mutes WHERE account_id = $1")
MUTE = command("INSERT INTO mutes (account_id, thing, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
UNMUTE = command("DELETE FROM mutes WHERE account_id = $1 AND thing = $2")
MUTED: Query[Muted] = query(
    Muted,
    """
    SELECT m.account_id AS account, m.thing
      FROM unnest($1::text[], $2::text[]) AS asked(account, thing) JOIN mutes m ON m.account_id = asked.account AND m.thing = asked.thing
""",
)

QUEUE = command("""
    INSERT INTO notification_deliveries (account_id, number, channel, is_urgent, due_at, queued_at)
    SELECT account, number, channel, is_urgent, due_at, $6
      FROM unnest($1::text[], $2::bigint[], $3::text[], $4::boolean[], $5::timestamptz[]) AS q(account, number, channel, is_urgent, due_at)
    ON CONFLICT DO NOTHING
""")
# One after the other: two that take at once would share what is due to a person, and send it in two emails.
TAKE_TURNS = command("SELECT pg_advisory_xact_lock(5, 1)")
_IS_DUE = """
    d.state = 'queued' AND d.due_at <= $1
           AND (d.is_urgent OR d.channel <> 'email' OR NOT EXISTS (
                    SELECT FROM notification_deliveries s WHERE s.account_id = d.account_id AND s.channel = d.channel AND s.sent_at > $3
               ) AND NOT EXISTS (
                    SELECT FROM notification_deliveries s WHERE s.account_id = d.account_id AND s.channel = d.channel AND s.state = 'taken'
               ))
"""
# Everything of a person that is due is sent in one email, or one message of another channel, however much of others is due as well: what is
# taken is counted by its first ones. Of emails, what is not urgent is sent not more often than every so often, whoever causes it. While
# an email is on its way, as to a server that is away, what comes waits for the next: otherwise all of them would go out at once.
# What another process has taken is left to it.
TAKE: Query[Due] = query(
    Due,
    f"""
    WITH first AS (
        SELECT d.account_id, d.channel FROM notification_deliveries d WHERE {_IS_DUE} ORDER BY d.due_at LIMIT $2 FOR UPDATE OF d SKIP LOCKED
    ), due AS (
        SELECT d.account_id, d.number, d.channel
          FROM (SELECT DISTINCT account_id, channel FROM first) AS p
          JOIN notification_deliveries d ON d.account_id = p.account_id AND d.channel = p.channel
         WHERE {_IS_DUE} FOR UPDATE OF d SKIP LOCKED
    ), taken AS (
        UPDATE notification_deliveries d SET state = 'taken', batch = $4, taken_at = $1 FROM due
         WHERE d.account_id = due.account_id AND d.number = due.number AND d.channel = due.channel
        RETURNING d.account_id, d.channel
    )
    SELECT DISTINCT account_id AS account, channel FROM taken
""",  # noqa: S608 - made of constants
)
# What a mail server has refused is there again when staff replay the job. What was read in the meantime, or concerns an organisation that they have left, is not sent any more.
TO_SEND: Query[Item] = query(
    Item,
    f"""
    {ITEM} JOIN notification_deliveries d ON d.account_id = n.account_id AND d.number = n.number
     WHERE n.account_id = $1 AND d.channel = $2 AND d.state IN ('taken', 'refused') AND d.batch = $3 AND n.read_at IS NULL
     ORDER BY n.number DESC LIMIT $4
""",
)
IN_BATCH: Query[int] = query(
    int,
    """
    SELECT count(*) FROM notification_deliveries d JOIN notifications n ON n.account_id = d.account_id AND n.number = d.number
     WHERE d.account_id = $1 AND d.channel = $2 AND d.state IN ('taken', 'refused') AND d.batch = $3 AND n.read_at IS NULL
""",
)
# Of jobs that have given up, or are gone.
DROP_ABANDONED = command("UPDATE notification_deliveries SET state = 'refused', reason = 'gave_up' WHERE state = 'taken' AND taken_at < $1")
# Those with numbers of `$4` were in the email, and so were those before `$7`, which it only counted. What was not sent has no time at which it was:
# the next need not wait for it.
SENT = command("""
    UPDATE notification_deliveries d
       SET state = CASE WHEN o.was_sent THEN 'sent' ELSE $8 END, sent_at = CASE WHEN o.was_sent THEN $3::timestamptz END, tried_at = $3,
           tries = d.tries + (o.was_sent OR $8 = 'refused')::integer, reason = CASE WHEN o.was_sent THEN NULL ELSE $6 END
      FROM (SELECT n.account_id, n.number, n.number = ANY($4::bigint[]) OR (n.number < $7 AND n.read_at IS NULL) AS was_sent FROM notifications n) AS o
     WHERE d.account_id = $1 AND d.channel = $2 AND d.state IN ('taken', 'refused') AND d.batch = $5
       AND o.account_id = d.account_id AND o.number = d.number
""")
LATER = command("""
    UPDATE notification_deliveries SET state = 'queued', batch = NULL, due_at = $3
     WHERE account_id = $1 AND channel = $2 AND state IN ('taken', 'refused') AND batch = $4
""")
MOVE = command("""
    UPDATE notification_deliveries SET due_at = $2 WHERE account_id = $1 AND channel = 'email' AND state = 'queued' AND NOT is_urgent
""")
# By a channel with several places for a person, such as browsers: what reached one of them is sent, and the others still get it.
TO_SEND_BY: Query[Item] = query(
    Item,
    f"""
    {ITEM} JOIN notification_deliveries d ON d.account_id = n.account_id AND d.number = n.number
     WHERE n.account_id = $1 AND d.channel = $2 AND d.batch = $3 AND d.state IN ('taken', 'sent', 'refused') AND n.read_at IS NULL
     ORDER BY n.number DESC LIMIT $4
""",
)
# Several places of a person are tried at once, which is one attempt: `$8` says which; null is one more.
TRIED = command("""
    UPDATE notification_deliveries SET tries = greatest(tries, coalesce($8::integer, tries + 1)), tried_at = $5, state = CASE WHEN state = 'taken' OR $6 = 'sent' THEN $6 ELSE state END,
           sent_at = CASE WHEN $6 = 'sent' THEN $5 ELSE sent_at END, reason = CASE WHEN $6 = 'sent' OR state = 'sent' THEN NULL ELSE $7 END
     WHERE account_id = $1 AND channel = $2 AND batch = $3 AND number = ANY($4::bigint[]) AND state IN ('taken', 'sent', 'refused')
""")
DROP = command("""
    UPDATE notification_deliveries SET state = 'dropped', reason = $5, tried_at = $6
     WHERE account_id = $1 AND channel = $2 AND state = 'taken' AND batch = $3 AND NOT (number = ANY($4::bigint[]))
""")
# Nothing reaches those who are in none of these places any more.
DROP_UNREACHED = command("""
    UPDATE notification_deliveries SET state = 'dropped', reason = 'nowhere', tried_at = $4
     WHERE state = 'taken' AND batch = $1 AND channel = $2 AND account_id = ANY($3::text[])
""")
RECIPIENT: Query[Recipient] = query(
    Recipient,
    "SELECT email, name, time_zone, locale FROM accounts WHERE id = $1 AND kind = 'person' AND erased_at IS NULL AND locked_at IS NULL",
)

ERASE = (
    command("DELETE FROM notification_deliveries WHERE account_id = $1"),
    command("DELETE FROM notification_preferences WHERE account_id = $1"),
    command("DELETE FROM notification_settings WHERE account_id = $1"),
    command("DELETE FROM mutes WHERE account_id = $1"),
)
