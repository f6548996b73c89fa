"""Send what is due in an organisation, until it arrives or three days are over."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.jobs import enqueue
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.outgoing import Answer
from phoenix.modules.webhooks import queries, signing
from phoenix.modules.webhooks.actions.endpoints import SEALED_AS
from phoenix.modules.webhooks.actions.queue import LEASE, SEND, Sending
from phoenix.modules.webhooks.actions.request import Sender
from phoenix.modules.webhooks.events import WebhookDisabled
from phoenix.modules.webhooks.queries import Due, Target

QUEUED, DELIVERED, FAILED = "queued", "delivered", "failed"
FAILING, GONE = "failing", "gone"
GONE_STATUS = 410
# So long nothing has arrived before it is switched off.
SUSTAINED = timedelta(days=3)
# How many requests of an organisation are on their way at once, and how long a job begins new ones.
AT_ONCE = 5
TURN = timedelta(seconds=40)


async def send(runtime: Runtime, sending: Sending) -> None:
    """Send what is due in an organisation, in the places that no other job of this process holds, and what is left after its turn is for another.

    A job that finds no place has nothing to do: the others look once more after they are done. One slow receiver holds one place.
    """
    sender, until = runtime.part(Sender), runtime.clock.now() + TURN
    left = True
    while left and (free := sender.begin(sending.organisation, AT_ONCE)):
        lanes = [_send_in_turn(runtime, sending.organisation, until) for _lane in range(free)]
        ended = await asyncio.gather(*lanes, return_exceptions=True)
        for failed in ended:
            if isinstance(failed, BaseException):
                raise failed
        if any(ended):
            async with runtime.database.transaction() as tx:
                await enqueue(tx, SEND, sending)
            return
        async with runtime.database.reader() as db:
            left = await db.one(queries.IS_DUE, sending.organisation, runtime.clock.now())


async def _send_in_turn(runtime: Runtime, organisation: str, until: datetime) -> bool:
    """Send one after the other, in a place that is given back. Returns whether the time was up before nothing was left."""
    try:
        while runtime.clock.now() < until:
            async with runtime.database.transaction() as tx:
                due = await tx.maybe(queries.TAKE_NEXT, organisation, tx.now, tx.now + LEASE)
            if due is None:
                return False
            await _try(runtime, due)
        return True
    finally:
        runtime.part(Sender).end(organisation)


async def _try(runtime: Runtime, due: Due) -> None:
    """Try once to send something. A receiver that gets it twice knows it by its id."""
    async with runtime.database.reader() as db:
        target = await db.maybe(queries.TARGET, due.id)
    if target is None or target.attempts != due.attempts:
        async with runtime.database.transaction() as tx:
            await tx.execute(queries.PAUSE, due.id)
        return
    answer = await runtime.part(Sender).post(target.url, target.body, _headers(runtime, target, due.id))
    async with runtime.database.transaction() as tx:
        await _note(tx, target, due.id, answer)


def _headers(runtime: Runtime, target: Target, delivery: str) -> dict[str, str]:
    now = runtime.clock.now()
    former = [one for one, until in zip(target.former_secrets, target.former_until, strict=True) if now < until]
    secrets = [runtime.keys.unseal(SEALED_AS, one, bound_to=target.webhook) for one in (target.secret, *former)]
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
    wait = None if answer.arrived else signing.next_delay(target.attempts + 1, answer.retry_after, age=tx.now - target.made_at)
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
        await tx.execute(queries.PAUSE_ALL, target.webhook)
        webhook = await tx.one(queries.WEBHOOK, target.webhook)
        tx.record(WebhookDisabled(organisation=webhook.organisation, subject=webhook.id))
