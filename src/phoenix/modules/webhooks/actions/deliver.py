"""Queue what webhooks send, once for each event, and send it until it arrives or three days are over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from phoenix.kernel.actor import Membership
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.events import Recorded
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.data.jobs import JobKind, enqueue, enqueue_all
from phoenix.kernel.errors import NotFound
from phoenix.kernel.language import _
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.web.instants import instant
from phoenix.modules.webhooks import queries, signing
from phoenix.modules.webhooks.actions.request import Answer, Sender
from phoenix.modules.webhooks.errors import NotReplayable
from phoenix.modules.webhooks.events import DeliveryReplayed, WebhookDisabled
from phoenix.modules.webhooks.queries import Target, Webhook

SEALED_AS = "webhook"
MOST_AT_ONCE = 500
QUEUED, DELIVERED, FAILED = "queued", "delivered", "failed"
FAILING, GONE = "failing", "gone"
GONE_STATUS = 410
# A job that has not come back by then is made again.
LEASE = timedelta(minutes=10)
# So long nothing has arrived before it is switched off.
SUSTAINED = timedelta(days=3)
NO_DELIVERY = _("This delivery doesn't exist, or you don't have access to it.")


class Due(Struct, frozen=True):
    """The id of what is to be sent, and how often that was tried before. A job of the last release does not know it."""

    delivery: str
    attempts: int | None = None


DELIVER = JobKind("webhooks.deliver", Due, queue="webhooks", timeout=60.0)


def kinds_of(registry: Registry) -> list[str]:
    """The kinds of events that webhooks can receive: those that members see in the feed."""
    return sorted(name for name, kind in registry.events.items() if kind.feed)


async def queue(runtime: Runtime, tx: Transaction, batch: Sequence[Recorded]) -> None:
    """Queue the events of a batch for the webhooks of their organisations: at most three statements."""
    registry = runtime.part(Registry)
    events = [event for event in batch if event.organisation and event.kind in registry.events and registry.events[event.kind].feed]
    if not events:
        return
    receivers: dict[str, list[queries.Receiver]] = {}
    for receiver in await tx.all(queries.RECEIVERS, sorted({event.organisation for event in events if event.organisation})):
        receivers.setdefault(receiver.organisation, []).append(receiver)
    rows = [
        (
            new_id("msg", tx.now),
            receiver.id,
            receiver.organisation,
            event.id,
            event.kind,
            body_of(event, by_staff=registry.events[event.kind].by_staff),
        )
        for event in events
        for receiver in receivers.get(event.organisation or "", ())
        if not receiver.kinds or event.kind in receiver.kinds
    ]
    if rows:
        made = await tx.all(queries.QUEUE, *map(list, zip(*rows, strict=True)), tx.now, tx.now + LEASE)
        await enqueue_all(tx, DELIVER, [Due(delivery, 0) for delivery in made])


def body_of(event: Recorded, *, by_staff: bool) -> bytes:
    """What is sent: the type, when it happened, and ids. What people wrote is read by the API, by whoever may."""
    return msgspec.json.encode(
        {
            "type": event.kind,
            "timestamp": instant(event.occurred_at),
            "data": {
                "id": event.id,
                "organisation": event.organisation,
                "actor": None if by_staff else event.actor,
                "subject": event.subject,
            },
        }
    )


async def sweep(runtime: Runtime) -> None:
    """Enqueue what is due again; runs every minute."""
    while True:
        async with runtime.database.transaction() as tx:
            due = await tx.all(queries.TAKE_DUE, tx.now, tx.now + LEASE, MOST_AT_ONCE)
            await enqueue_all(tx, DELIVER, [Due(one.id, one.attempts) for one in due])
        if len(due) < MOST_AT_ONCE:
            return


async def deliver(runtime: Runtime, due: Due) -> None:
    """Try once to send something. A receiver that gets it twice knows it by its id."""
    async with runtime.database.reader() as db:
        target = await db.maybe(queries.TARGET, due.delivery)
    # Of two jobs for one attempt, as when the worker was away for longer than the lease, only the first does anything.
    if target is None or due.attempts not in {None, target.attempts}:
        return
    answer = await runtime.part(Sender).post(target.url, target.body, _headers(runtime, target, due.delivery))
    async with runtime.database.transaction() as tx:
        await _note(tx, target, due.delivery, answer)


async def replay(tx: Transaction, member: Membership, webhook: Webhook, delivery: str) -> None:
    """Send something again, whether it arrived or not. Raises NotFound and NotReplayable."""
    found = await tx.maybe(queries.DELIVERY, delivery, webhook.id)
    if found is None or webhook.organisation != member.organisation:
        raise NotFound(NO_DELIVERY)
    if not await tx.execute(queries.REPLAY, delivery, tx.now + LEASE):
        raise NotReplayable
    await enqueue(tx, DELIVER, Due(delivery, 0))
    tx.record(DeliveryReplayed(organisation=webhook.organisation, subject=webhook.id, delivery=delivery))


def _headers(runtime: Runtime, target: Target, delivery: str) -> dict[str, str]:
    now = runtime.clock.now()
    sealed = [target.secret]
    if target.former_secret is not None and target.former_until is not None and now < target.former_until:
        sealed.append(target.former_secret)
    secrets = [runtime.keys.unseal(SEALED_AS, one, bound_to=target.webhook) for one in sealed]
    timestamp = int(now.timestamp())
    return {
        "webhook-id": delivery,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signing.signature(
            [one for one in secrets if one is not None], id_=delivery, timestamp=timestamp, body=target.body
        ),
    }


async def _note(tx: Transaction, target: Target, delivery: str, answer: Answer) -> None:
    """Note what became of it, and what comes next."""
    wait = None if answer.arrived else signing.next_delay(target.attempts + 1, answer.retry_after)
    state = DELIVERED if answer.arrived else FAILED if wait is None or answer.status == GONE_STATUS else QUEUED
    next_at = tx.now + wait if state == QUEUED and wait is not None else None
    noted = await tx.execute(queries.TRIED, delivery, state, tx.now, next_at, answer.status, answer.problem, target.attempts)
    if not noted:
        return
    if answer.arrived:
        await tx.execute(queries.IS_WELL, target.webhook)
        return
    await tx.execute(queries.IS_FAILING, target.webhook, tx.now)
    if answer.status == GONE_STATUS:
        await _disable(tx, target, GONE)
    elif state == FAILED and _is_failing(target, tx.now):
        await _disable(tx, target, FAILING)


def _is_failing(target: Target, now: datetime) -> bool:
    return target.failing_since is not None and now - target.failing_since >= SUSTAINED - timedelta(hours=12)


async def _disable(tx: Transaction, target: Target, reason: str) -> None:
    if await tx.execute(queries.DISABLE, target.webhook, tx.now, reason):
        webhook = await tx.one(queries.WEBHOOK, target.webhook)
        tx.record(WebhookDisabled(organisation=webhook.organisation, subject=webhook.id))
