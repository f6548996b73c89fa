"""Queries for webhooks and what they sent."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from phoenix.kernel.data.paged import Order, Paged, paged
from phoenix.kernel.data.query import Query, command, query


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
    """What is needed to send: the sealed secrets, and when the former one ends."""

    webhook: str
    url: str
    secret: bytes
    former_secret: bytes | None
    former_until: datetime | None
    body: bytes
    attempts: int
    made_at: datetime
    failing_since: datetime | None


class Waiting(Struct, frozen=True):
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
ROTATE = command("UPDATE webhooks SET former_secret = secret, former_until = $3, secret = $2, version = version + 1 WHERE id = $1")
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
    SELECT q.id, q.webhook, q.organisation, q.event, q.kind, q.body, $7, $8
      FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[]) AS q(id, webhook, organisation, event, kind, body)
      JOIN webhooks w ON w.id = q.webhook
    ON CONFLICT DO NOTHING
    RETURNING id
""",
)
TARGET: Query[Target] = query(
    Target,
    """
    SELECT w.id AS webhook, w.url, w.secret, w.former_secret, w.former_until, d.body, d.attempts, d.made_at, w.failing_since
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
# What is due, or whose job never came back. `next_at` is moved on, so that no other sweep takes it while its job waits.
TAKE_DUE: Query[Waiting] = query(
    Waiting,
    """
    WITH due AS (
        SELECT d.id FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id
         WHERE d.state = 'queued' AND d.next_at <= $1 AND w.disabled_at IS NULL
         ORDER BY d.next_at LIMIT $3 FOR UPDATE OF d SKIP LOCKED
    )
    UPDATE webhook_deliveries d SET next_at = $2 FROM due WHERE d.id = due.id RETURNING d.id, d.attempts
""",
)
# What waited while it was off is due once it is on again.
MAKE_DUE = command("UPDATE webhook_deliveries SET next_at = $2 WHERE webhook_id = $1 AND state = 'queued'")
FORGET_OLD = command("DELETE FROM webhook_deliveries WHERE made_at < $1 AND state <> 'queued'")
DELETE_DELIVERIES_OF_ORGANISATION = command("""
    DELETE FROM webhook_deliveries WHERE id IN (SELECT id FROM webhook_deliveries WHERE organisation_id = $1 LIMIT $2)
""")
DELETE_OF_ORGANISATION = command("DELETE FROM webhooks WHERE id IN (SELECT id FROM webhooks WHERE organisation_id = $1 LIMIT $2)")
MANAGERS: Query[Manager] = query(
    Manager,
    """
    SELECT organisation_id AS organisation, account_id AS account FROM memberships
     WHERE organisation_id = ANY($1::text[]) AND role IN ('owner', 'administrator')
""",
)
