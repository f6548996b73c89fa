"""JSON routes of webhooks."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from phoenix.kernel.actor import Membership
from phoenix.kernel.data.cursors import Page, parse_limit
from phoenix.kernel.errors import NotFound
from phoenix.kernel.web.call import Accepted, Call, Created
from phoenix.kernel.web.endpoint import delete, get, patch, post
from phoenix.kernel.web.instants import Instant, instant
from phoenix.kernel.web.rules import FOUND
from phoenix.modules.webhooks import queries
from phoenix.modules.webhooks.actions import endpoints, queue
from phoenix.modules.webhooks.actions.endpoints import Draft
from phoenix.modules.webhooks.actions.request import in_words
from phoenix.modules.webhooks.queries import Delivery, Webhook

MANAGE = "webhooks.manage"
Kinds = Annotated[list[str], Meta(max_length=100)]


class WebhookData(Struct, forbid_unknown_fields=True):
    """A new webhook. Without `kinds` it receives every kind of event in the feed."""

    organisation: str
    url: str
    description: str = ""
    kinds: Kinds = []


class WebhookChange(Struct, forbid_unknown_fields=True):
    """Only what is given is changed. `enabled` switches it on or off."""

    url: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    kinds: Kinds | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET


class WebhookAnswer(Struct):
    """A webhook. `disabled_reason` is by_person, failing (nothing arrived for three days) or gone (it answered 410)."""

    id: str
    organisation: str
    url: str
    description: str
    kinds: list[str]
    enabled: bool
    disabled_reason: str | None
    created_by: str
    created_at: Instant
    failing_since: Instant | None
    version: int


class SecretAnswer(Struct):
    """A webhook and its secret, which is shown only once (Standard Webhooks: whsec_…)."""

    id: str
    secret: str


class WebhookList(Struct):
    """All webhooks of an organisation: at most 20."""

    items: list[WebhookAnswer]
    next_cursor: str | None = None


class DeliveryAnswer(Struct):
    """An event that was sent, or is to be. `state` is queued, delivered or failed; `status` is that of the last answer."""

    id: str
    event: str
    kind: str
    state: str
    attempts: int
    created_at: Instant
    next_attempt_at: Instant | None
    attempted_at: Instant | None
    status: int | None
    problem: str | None


def webhook_answer(w: Webhook) -> WebhookAnswer:
    """A webhook as the API writes it."""
    return WebhookAnswer(
        w.id,
        w.organisation,
        w.url,
        w.description,
        w.kinds,
        w.disabled_at is None,
        w.disabled_reason,
        w.created_by,
        instant(w.created_at),
        instant(w.failing_since) if w.failing_since else None,
        w.version,
    )


def delivery_answer(d: Delivery) -> DeliveryAnswer:
    """A delivery as the API writes it."""
    return DeliveryAnswer(
        d.id,
        d.event,
        d.kind,
        d.state,
        d.attempts,
        instant(d.made_at),
        next_attempt_at=instant(d.next_at) if d.next_at else None,
        attempted_at=instant(d.tried_at) if d.tried_at else None,
        status=d.status,
        problem=in_words(d.problem) if d.problem else None,
    )


@get("/api/v2/webhooks", may=MANAGE, within="organisation", queries=1)
async def list_webhooks(call: Call, member: Membership) -> WebhookList:
    """List the webhooks of an organisation."""
    return WebhookList([webhook_answer(w) for w in await call.db.all(queries.OF_ORGANISATION, member.organisation)])


@post("/api/v2/webhooks", may=MANAGE, within="body.organisation", act="credential", queries=4)
async def create_webhook(call: Call, member: Membership, data: WebhookData) -> Created[SecretAnswer]:
    """Create a webhook. The secret, with which everything is signed, is shown only once."""
    draft = Draft(data.url, data.description, data.kinds)
    made = await endpoints.create_webhook(call.runtime, call.tx, member, draft, kinds=queue.kinds_of(call.registry))
    return Created(SecretAnswer(made.id, made.secret), f"/api/v2/webhooks/{made.id}")


@get("/api/v2/webhooks/{webhook_id:str}", may=MANAGE, within=FOUND, queries=1)
async def read_webhook(call: Call, webhook_id: str) -> WebhookAnswer:
    """Get a webhook."""
    webhook, _member = await _find(call, webhook_id)
    return webhook_answer(webhook)


@patch("/api/v2/webhooks/{webhook_id:str}", may=MANAGE, within="organisation", act="credential", queries=8, problems=(412, 428))
async def change_webhook(call: Call, member: Membership, webhook_id: str, data: WebhookChange) -> WebhookAnswer:
    """Edit a webhook of an organisation, or switch it on or off. Requires If-Match with the ETag you read."""
    before = await _find_in(call, member, webhook_id)
    draft = Draft(
        before.url if data.url is UNSET else data.url,
        before.description if data.description is UNSET else data.description,
        before.kinds if data.kinds is UNSET else data.kinds,
    )
    known = queue.kinds_of(call.registry)
    await endpoints.change_webhook(call.runtime, call.tx, before, draft, kinds=known, versions=call.expected_versions())
    if data.enabled is not UNSET:
        await endpoints.switch(call.tx, before, on=data.enabled)
    return webhook_answer(await endpoints.find_webhook(call.tx, webhook_id))


@delete("/api/v2/webhooks/{webhook_id:str}", may=MANAGE, within="organisation", act="credential", queries=3)
async def delete_webhook(call: Call, member: Membership, webhook_id: str) -> None:
    """Delete a webhook of an organisation, with the log of what it sent."""
    await endpoints.delete_webhook(call.tx, await _find_in(call, member, webhook_id))


@post("/api/v2/webhooks/{webhook_id:str}/rotate_secret", may=MANAGE, within="organisation", act="credential", queries=3)
async def rotate_secret(call: Call, member: Membership, webhook_id: str, *, at_once: bool = False) -> SecretAnswer:
    """Replace the secret of a webhook of an organisation. For 24 hours everything is signed with the former ones as well.

    With `at_once` they end now, as they should if someone else may know them.
    """
    made = await endpoints.rotate_secret(call.runtime, call.tx, await _find_in(call, member, webhook_id), at_once=at_once)
    return SecretAnswer(made.id, made.secret)


@get("/api/v2/webhooks/{webhook_id:str}/deliveries", may=MANAGE, within=FOUND, queries=2)
async def list_deliveries(call: Call, webhook_id: str, limit: int | None = None, cursor: str | None = None) -> Page[DeliveryAnswer]:
    """List what a webhook sent in the last 30 days, latest first."""
    webhook, _member = await _find(call, webhook_id)
    made = await queries.DELIVERIES.page(call.db, call.runtime.keys, webhook.id, cursor=cursor, limit=parse_limit(limit))
    return Page([delivery_answer(d) for d in made.items], made.next_cursor)


@post("/api/v2/webhooks/{webhook_id:str}/deliveries/{delivery_id:str}/replay", may=MANAGE, within=FOUND, queries=6)
async def replay_delivery(call: Call, webhook_id: str, delivery_id: str) -> Accepted[DeliveryAnswer]:
    """Send something again, with the same ID, whether it arrived or not."""
    webhook, member = await _find(call, webhook_id)
    await queue.replay(call.tx, member, webhook, delivery_id)
    return Accepted(delivery_answer(await call.tx.one(queries.DELIVERY, delivery_id, webhook.id)))


async def _find(call: Call, webhook_id: str) -> tuple[Webhook, Membership]:
    """A webhook, and evidence of the route's permission in its organisation."""
    webhook = await endpoints.find_webhook(call.db, webhook_id)
    return webhook, call.within(webhook.organisation, endpoints.MISSING)


async def _find_in(call: Call, member: Membership, webhook_id: str) -> Webhook:
    webhook = await endpoints.find_webhook(call.db, webhook_id)
    if webhook.organisation != member.organisation:
        raise NotFound(endpoints.MISSING)
    return webhook


ROUTES = (
    list_webhooks,
    create_webhook,
    read_webhook,
    change_webhook,
    delete_webhook,
    rotate_secret,
    list_deliveries,
    replay_delivery,
)
