"""Queries for webhooks and what they sent."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from phoenix.kernel.data.paged import Order, Paged, paged
from phoenix.kernel.data.purge import purge
from phoenix.kernel.data.query import Query, command, query


class Hosted(Struct, frozen=True):
    """The host that a webhook sends to, with its port if it has one."""

    id: str
    organisation: str
    host: str


class Webhook(Struct, frozen=True):
    """An endpoint of an organisation. `kinds` are the kinds of events it receives, none for all of them. Instants are UTC.

    `disabled_reason` is by_person, failing or gone; None while it is on.
    """

    id: str
    organisation: str
    url: str
    description: str
    kinds: list[str]
    created_by: str
    created_at: datetime
    failing_since: datetime | None
    disabled_at: datetime | None
    disabled_reason: str | None
    version: int


class Target(Struct, frozen=True):
    """What is needed to send: the sealed secrets, and when each of the former ones ends."""

    webhook: str
    url: str
    secret: bytes
    former_secrets: list[bytes]
    former_until: list[datetime]
    body: bytes
    attempts: int
    made_at: datetime
    failing_since: datetime | None


class Due(Struct, frozen=True):
    """What is due, and how often it was tried."""

    id: str
    attempts: int


class Delivery(Struct, frozen=True):
    """Something that was sent, or is to be: its state is queued, delivered or failed. `status` is that of the last answer."""

    id: str
    webhook: str
    event: str
    kind: str
    state: str
    attempts: int
    made_at: datetime
    next_at: datetime | None
    tried_at: datetime | None
    status: int | None
    problem: str | None


class Receiver(Struct, frozen=True):
    """A webhook that is on, and what it receives."""

    id: str
    organisation: str
    kinds: list[str]


class Manager(Struct, frozen=True):
    """Someone who manages an organisation."""

    organisation: str
    account: str


_WEBHOOK = """
    SELECT id, organisation_id AS organisation, url, description, kinds, created_by, created_at, failing_since, disabled_at, disabled_reason, version
      FROM webhooks
"""
OF_ORGANISATION: Query[Webhook] = query(Webhook, f"{_WEBHOOK} WHERE organisation_id = $1 ORDER BY id")
WEBHOOK: Query[Webhook] = query(Webhook, f"{_WEBHOOK} WHERE id = $1")
COUNT: Query[int] = query(int, "SELECT count(*) FROM webhooks WHERE organisation_id = $1")
INSERT = command("""
    INSERT INTO webhooks (id, organisation_id, url, description, kinds, secret, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
""")
CHANGE: Query[int] = query(
    int,
    """
    UPDATE webhooks SET url = $2, description = $3, kinds = $4, version = version + 1
     WHERE id = $1 AND ($5::integer[] IS NULL OR version = ANY($5)) RETURNING version
""",
)
ROTATE = command("""
    UPDATE webhooks SET former_secrets = (secret || former_secrets)[1:$4::int], former_until = ($3::timestamptz || former_until)[1:$4::int],
           secret = $2, version = version + 1
     WHERE id = $1
""")
REPLACE_SECRET = command("UPDATE webhooks SET secret = $2, former_secrets = '{}', former_until = '{}', version = version + 1 WHERE id = $1")
ENABLE = command(
    "UPDATE webhooks SET disabled_at = NULL, disabled_reason = NULL, failing_since = NULL, version = version + 1 WHERE id = $1"
)
DISABLE = command("UPDATE webhooks SET disabled_at = $2, disabled_reason = $3, version = version + 1 WHERE id = $1 AND disabled_at IS NULL")
DELETE = command("DELETE FROM webhooks WHERE id = $1")

RECEIVERS: Query[Receiver] = query(
    Receiver,
    "SELECT id, organisation_id AS organisation, kinds FROM webhooks WHERE organisation_id = ANY($1::text[]) AND disabled_at IS NULL",
)
QUEUE: Query[str] = query(
    str,
    """
    INSERT INTO webhook_deliveries (id, webhook_id, organisation_id, event, kind, body, made_at, next_at)
    SELECT q.id, q.webhook, q.organisation, q.event, q.kind, q.body, $7, $7
      FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[]) AS q(id, webhook, organisation, event, kind, body)
      JOIN webhooks w ON w.id = q.webhook
    ON CONFLICT DO NOTHING
    RETURNING organisation_id
""",
)
TARGET: Query[Target] = query(
    Target,
    """
    SELECT w.id AS webhook, w.url, w.secret, w.former_secrets, w.former_until, d.body, d.attempts, d.made_at, w.failing_since
      FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id
     WHERE d.id = $1 AND d.state = 'queued' AND w.disabled_at IS NULL
""",
)
TRIED = command("""
    UPDATE webhook_deliveries SET state = $2, attempts = attempts + 1, tried_at = $3, next_at = $4, status = $5, problem = $6
     WHERE id = $1 AND state = 'queued' AND attempts = $7
""")
IS_WELL = command("UPDATE webhooks SET failing_since = NULL WHERE id = $1 AND failing_since IS NOT NULL")
IS_FAILING = command("UPDATE webhooks SET failing_since = $2 WHERE id = $1 AND failing_since IS NULL")

_DELIVERY = """
    SELECT id, webhook_id AS webhook, event, kind, state, attempts, made_at, next_at, tried_at, status, problem FROM webhook_deliveries
"""
DELIVERIES: Paged[Delivery] = paged(
    "webhook deliveries", Delivery, Order("id DESC"), f"{_DELIVERY} WHERE webhook_id = $1 AND {{after}} {{order}}"
)
DELIVERY: Query[Delivery] = query(Delivery, f"{_DELIVERY} WHERE id = $1 AND webhook_id = $2")
REPLAY = command("""
    UPDATE webhook_deliveries SET state = 'queued', attempts = 0, next_at = $2, problem = NULL WHERE id = $1 AND state <> 'queued'
""")
# `next_at` is moved on, so that nobody else takes it while it is on its way; it is due again if whoever took it has died.
TAKE_NEXT: Query[Due] = query(
    Due,
    """
    UPDATE webhook_deliveries SET next_at = $3
     WHERE id = (SELECT id FROM webhook_deliveries WHERE organisation_id = $1 AND state = 'queued' AND next_at <= $2
                  ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id, attempts
""",
)
IS_DUE: Query[bool] = query(
    bool, "SELECT EXISTS (SELECT FROM webhook_deliveries WHERE organisation_id = $1 AND state = 'queued' AND next_at <= $2)"
)
# The organisations where something waits, one look at the index for each, and of these the ones where something is due.
DUE_IN: Query[str] = query(
    str,
    """
    WITH RECURSIVE waiting AS (
        (SELECT organisation_id FROM webhook_deliveries WHERE state = 'queued' AND organisation_id > $1 ORDER BY organisation_id LIMIT 1)
        UNION ALL
        SELECT (SELECT d.organisation_id FROM webhook_deliveries d
                 WHERE d.state = 'queued' AND d.organisation_id > w.organisation_id ORDER BY d.organisation_id LIMIT 1)
          FROM waiting w WHERE w.organisation_id IS NOT NULL
    )
    SELECT organisation_id FROM waiting w
     WHERE EXISTS (SELECT FROM webhook_deliveries d WHERE d.organisation_id = w.organisation_id AND d.state = 'queued' AND d.next_at <= $2)
     LIMIT $3
""",
)
# What waits while a webhook is off is due at no time, and at once when it is on again.
PAUSE = command("""
    UPDATE webhook_deliveries d SET next_at = NULL FROM webhooks w
     WHERE d.id = $1 AND d.state = 'queued' AND w.id = d.webhook_id AND w.disabled_at IS NOT NULL
""")
PAUSE_ALL = command("UPDATE webhook_deliveries SET next_at = NULL WHERE webhook_id = $1 AND state = 'queued'")
MAKE_DUE = command("UPDATE webhook_deliveries SET next_at = $2 WHERE webhook_id = $1 AND state = 'queued'")
FORGET_OLD = purge("webhook_deliveries", "made_at < $1 AND state <> 'queued'")
DELETE_DELIVERIES_OF_ORGANISATION = command("""
    DELETE FROM webhook_deliveries WHERE id IN (SELECT id FROM webhook_deliveries WHERE organisation_id = $1 LIMIT $2)
""")
DELETE_OF_ORGANISATION = command("DELETE FROM webhooks WHERE id IN (SELECT id FROM webhooks WHERE organisation_id = $1 LIMIT $2)")
# The rest of an address can be a secret.
HOSTS: Query[Hosted] = query(
    Hosted, "SELECT id, organisation_id AS organisation, split_part(url, '/', 3) AS host FROM webhooks WHERE id = ANY($1::text[])"
)
MANAGERS: Query[Manager] = query(
    Manager,
    """
    SELECT organisation_id AS organisation, account_id AS account FROM memberships
     WHERE organisation_id = ANY($1::text[]) AND role IN ('owner', 'administrator')
""",
)
