"""Queue what webhooks send, once for each event, and see to it that it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

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
from phoenix.modules.webhooks import queries
from phoenix.modules.webhooks.errors import NotReplayable
from phoenix.modules.webhooks.events import DeliveryReplayed
from phoenix.modules.webhooks.queries import Webhook

MOST_AT_ONCE = 500
# What was taken to be sent is due again after so long: whoever took it has died.
LEASE = timedelta(minutes=10)
NO_DELIVERY = _("This delivery doesn't exist, or you don't have access to it.")


class Sending(Struct, frozen=True):
    """The organisation whose webhooks have something to send."""

    organisation: str


# A job sends whatever is due in an organisation, a few at a time, and then leaves its place to others: however much one
# organisation sends, and however slowly its receivers answer, the others get their turns.
SEND = JobKind("webhooks.send", Sending, queue="webhooks", timeout=90.0)


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
        made = await tx.all(queries.QUEUE, *map(list, zip(*rows, strict=True)), tx.now)
        await enqueue_all(tx, SEND, [Sending(organisation) for organisation in sorted(set(made))])


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
    """Enqueue a job for each organisation where something is due again; runs every minute."""
    after = ""
    while True:
        async with runtime.database.transaction() as tx:
            due = await tx.all(queries.DUE_IN, after, tx.now, MOST_AT_ONCE)
            await enqueue_all(tx, SEND, [Sending(organisation) for organisation in due])
        if len(due) < MOST_AT_ONCE:
            return
        after = due[-1]


async def replay(tx: Transaction, member: Membership, webhook: Webhook, delivery: str) -> None:
    """Send something again, whether it arrived or not. Raises NotFound and NotReplayable."""
    found = await tx.maybe(queries.DELIVERY, delivery, webhook.id)
    if found is None or webhook.organisation != member.organisation:
        raise NotFound(NO_DELIVERY)
    if not await tx.execute(queries.REPLAY, delivery, tx.now):
        raise NotReplayable
    await enqueue(tx, SEND, Sending(webhook.organisation))
    tx.record(DeliveryReplayed(organisation=webhook.organisation, subject=webhook.id, delivery=delivery))
