"""Queries for inboxes."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from phoenix.kernel.data.listed import Filter, Listed, Sort, listed
from phoenix.kernel.data.paged import Order
from phoenix.kernel.data.purge import purge
from phoenix.kernel.data.query import Query, command, query
from phoenix.kernel.language import _
from phoenix.kernel.registry.happened import Happened


class Item(Happened, frozen=True, kw_only=True):
    """An item of an inbox. `id` and `kind` are those of the event, `item` is its own id, and `number` its place in the inbox.

    `notification` is the name of the NotificationKind. What is about its reader, `is_own`, they see also after they have left the organisation.
    """

    account: str
    number: int
    position: int
    item: str
    notification: str
    organisation: str | None
    slug: str | None
    organisation_name: str | None
    is_own: bool
    read_at: datetime | None
    visible: bool
    locale: str
    """The language of its reader."""


class Added(Struct, frozen=True):
    """An item that was added: to whose inbox, its number there, and of which event."""

    account: str
    number: int
    event: str


class Inbox(Struct, frozen=True):
    """Where an inbox is. The numbers are of its epoch: another one means that the database was put back to an earlier state, or is a copy.

    `version` grows with every change of what is unread, so that of two counts the newer one is known.
    """

    account: str
    epoch: str
    last_number: int
    version: int
    unread: int


# Not EXISTS, which PostgreSQL may answer for many items by reading all memberships at once.
# What is about an organisation is shown to its members, except what is about the readers themselves, such as that they were removed.
VISIBLE = """
    (n.organisation_id IS NULL OR n.is_own
     OR coalesce((SELECT true FROM memberships m WHERE m.organisation_id = n.organisation_id AND m.account_id = n.account_id), false))
"""
# To whoever is no member any more an organisation is called what it was then: what it is called now is not for them.
ITEM = f"""
    SELECT n.account_id AS account, n.number, n.position, n.id AS item, n.event AS id, n.event_kind AS kind, n.kind AS notification, n.organisation_id AS organisation, o.slug,
           coalesce(o.name, n.place) AS organisation_name, n.actor_id AS actor, n.subject, n.data, n.occurred_at, n.is_own, n.read_at, {VISIBLE} AS visible, a.locale
      FROM notifications n JOIN accounts a ON a.id = n.account_id
      LEFT JOIN LATERAL (
               SELECT o.slug, o.name FROM memberships m JOIN organisations o ON o.id = m.organisation_id
                WHERE m.organisation_id = n.organisation_id AND m.account_id = n.account_id LIMIT 1
           ) AS o ON true
"""  # noqa: S608 - made of constants, here and below
LISTED: Listed[Item] = listed(
    "notifications",
    Item,
    f"{ITEM} WHERE n.account_id = $1 AND {VISIBLE} AND n.archived_at IS NULL AND {{where}} {{order}}",
    sorts=(Sort("number", _("Newest"), Order("n.number DESC")),),
    filters=(Filter("show", _("Show"), _("All"), (("unread", _("Unread")),), {"unread": "n.read_at IS NULL"}),),
    sample=("acc_1",),
)
# A client that was away longer is told to reload.
MISSED: Query[Item] = query(
    Item, f"{ITEM} WHERE n.account_id = $1 AND {VISIBLE} AND n.archived_at IS NULL AND n.number > $2 ORDER BY n.number LIMIT $3"
)
NEXT: Query[Item] = query(Item, f"{ITEM} WHERE n.position > $1 AND n.archived_at IS NULL ORDER BY n.position LIMIT $2")
LAST_POSITION: Query[int] = query(int, "SELECT coalesce(max(position), 0) FROM notifications")
# With the database and its timeline, which a restore to an earlier moment changes: the inbox itself is put back with all the rest.
EPOCH = """
    i.epoch || '.' || (SELECT to_hex(d.oid::bigint) FROM pg_database d WHERE d.datname = current_database())
            || '.' || ltrim(left(pg_walfile_name(pg_current_wal_insert_lsn()), 8), '0')
"""
# More than 99 are shown as “99+”, so no more are counted.
INBOXES: Query[Inbox] = query(
    Inbox,
    f"""
    SELECT i.account_id AS account, {EPOCH} AS epoch, i.last_number, i.version, (
               SELECT count(*) FROM (
                   SELECT FROM notifications n
                    WHERE n.account_id = i.account_id AND {VISIBLE} AND n.read_at IS NULL AND n.archived_at IS NULL LIMIT 100
               ) AS few
           ) AS unread
      FROM inboxes i WHERE i.account_id = ANY($1::text[])
""",  # noqa: S608
)

OPEN = command("""
    INSERT INTO inboxes (account_id, epoch)
    SELECT id, $2 FROM accounts WHERE id = ANY($1::text[]) AND kind = 'person' AND erased_at IS NULL
    ON CONFLICT DO NOTHING
""")

# One follower writes, so numbers and positions are committed in their order. An event that was handled before adds nothing.
# What someone wants only by email is in the inbox as well, read and archived: its number and its text are of use there.
ADD: Query[Added] = query(
    Added,
    """
    WITH given AS (
        SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::jsonb[],
                             $10::timestamptz[], $11::boolean[], $12::boolean[])
          WITH ORDINALITY AS g(account, id, event, kind, event_kind, organisation, actor, subject, data, occurred_at, is_own, is_hidden, place)
    ), fresh AS (
        SELECT g.*, row_number() OVER (PARTITION BY g.account ORDER BY g.place) AS nth
          FROM given g
          JOIN inboxes i ON i.account_id = g.account
         WHERE NOT EXISTS (SELECT FROM notifications n WHERE n.account_id = g.account AND n.event = g.event)
           AND (g.organisation IS NULL OR EXISTS (SELECT FROM organisations o WHERE o.id = g.organisation))
    ), numbered AS (
        UPDATE inboxes i SET last_number = i.last_number + f.amount, version = i.version + 1
          FROM (SELECT account, count(*) AS amount FROM fresh GROUP BY account) AS f
         WHERE i.account_id = f.account
        RETURNING i.account_id AS account, (i.last_number - f.amount) AS before
    )
    INSERT INTO notifications (account_id, number, id, event, kind, event_kind, organisation_id, actor_id, subject, data, occurred_at, is_own,
                               archived_at, place)
    SELECT f.account, b.before + f.nth, f.id, f.event, f.kind, f.event_kind, f.organisation, f.actor, f.subject, f.data, f.occurred_at, f.is_own,
           CASE WHEN f.is_hidden THEN f.occurred_at END,
           CASE WHEN f.is_own THEN (SELECT o.name FROM organisations o WHERE o.id = f.organisation) END
      FROM fresh f JOIN numbered b ON b.account = f.account
     ORDER BY f.place
    RETURNING account_id AS account, number, event
""",
)

# The inbox is locked first, so that two devices that change the same notifications never wait for each other in a circle.
_CHANGE = """
    WITH inbox AS (
        SELECT account_id FROM inboxes WHERE account_id = $1 FOR UPDATE
    ), changed AS (
        UPDATE notifications n SET {set} FROM inbox i WHERE n.account_id = i.account_id AND {where} RETURNING n.number
    ), counted AS (
        UPDATE inboxes SET version = version + 1 WHERE account_id = $1 AND EXISTS (SELECT FROM changed)
    )
    SELECT number FROM changed
"""
# All up to a number are those that are shown: what is wanted only by email is still to be sent.
READ: Query[int] = query(
    int,
    _CHANGE.format(
        set="read_at = $3", where="n.read_at IS NULL AND (n.number = ANY($2::bigint[]) OR (n.number <= $4 AND n.archived_at IS NULL))"
    ),
)
UNREAD_AGAIN: Query[int] = query(int, _CHANGE.format(set="read_at = NULL", where="n.read_at IS NOT NULL AND n.number = ANY($2::bigint[])"))
ARCHIVE: Query[int] = query(
    int,
    _CHANGE.format(
        set="archived_at = $3, read_at = coalesce(n.read_at, $3)",
        where="""n.archived_at IS NULL
             AND n.number = ANY($4::bigint[] || (SELECT m.number FROM notifications m WHERE m.account_id = $1 AND m.id = $2))""",
    ),
)
# What happened before the event that withdraws it: a comment that was deleted is not posted again, but an offer can be made again.
WITHDRAW: Query[str] = query(
    str,
    """
    WITH ended AS (
        SELECT n.account_id, n.number
          FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS w(event, subject, organisation, kind)
          JOIN notifications n ON n.subject = w.subject AND n.kind = w.kind AND n.organisation_id IS NOT DISTINCT FROM w.organisation
                              AND n.event < w.event
         WHERE n.archived_at IS NULL OR n.read_at IS NULL
    ), inbox AS (
        SELECT account_id FROM inboxes WHERE account_id IN (SELECT account_id FROM ended) ORDER BY account_id FOR UPDATE
    ), changed AS (
        UPDATE notifications n SET archived_at = coalesce(n.archived_at, $5), read_at = coalesce(n.read_at, $5)
          FROM ended e JOIN inbox i ON i.account_id = e.account_id
         WHERE n.account_id = e.account_id AND n.number = e.number
        RETURNING n.account_id, n.number
    ), unsent AS (
        UPDATE notification_deliveries d SET state = 'dropped', reason = 'withdrawn', tried_at = $5
          FROM changed c WHERE d.account_id = c.account_id AND d.number = c.number AND d.state = 'queued'
    ), counted AS (
        UPDATE inboxes SET version = version + 1 WHERE account_id IN (SELECT account_id FROM changed)
    )
    SELECT DISTINCT account_id FROM changed ORDER BY account_id
""",
)
# What someone may see of their inbox has changed: the count has a new number, or sockets would take it for the former.
RECOUNT: Query[str] = query(str, "UPDATE inboxes SET version = version + 1 WHERE account_id = ANY($1::text[]) RETURNING account_id")
FIND: Query[int] = query(int, "SELECT number FROM notifications WHERE account_id = $1 AND id = $2")

OF_PERSON: Query[Item] = query(Item, ITEM + " WHERE n.account_id = $1 ORDER BY n.number")
ERASE = command("DELETE FROM inboxes WHERE account_id = $1")
ERASE_ITEMS = command("DELETE FROM notifications WHERE account_id = $1")
DELETE_OF_ORGANISATION: Query[str] = query(
    str,
    """
    DELETE FROM notifications WHERE (account_id, number) IN (
        SELECT account_id, number FROM notifications WHERE organisation_id = $1 LIMIT $2
    ) RETURNING account_id
""",
)
FORGET_OLD = purge("notifications", "occurred_at < $1")
