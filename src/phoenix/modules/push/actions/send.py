"""Send one message to one browser, by the push service of that browser (RFC 8030)."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

from phoenix import __version__
from phoenix.kernel.data.database import Reader
from phoenix.kernel.module import ChannelMessage, ChannelOutcome, Reach
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import to_base64url
from phoenix.kernel.security.outgoing import Answer, Outgoing
from phoenix.modules.push import queries, vapid
from phoenix.modules.push.encryption import encrypt
from phoenix.modules.push.payload import payload
from phoenix.modules.push.queries import Subscription

SECONDS = 10.0
# For a browser that is not running: later it is of no use, and stands in the inbox anyway.
LIVES = timedelta(hours=24)
TOPIC_BYTES = 24
GONE_STATUSES, BUSY_STATUS, FAILING_STATUS = frozenset({404, 410}), 429, 500
GONE, NO_ANSWER, REFUSED = "gone", "no_answer", "refused"


class Pusher(Outgoing):
    """The client for push services. Their addresses come from people's browsers, so it sends to public addresses only."""


@contextlib.asynccontextmanager
async def pusher(_runtime: Runtime) -> AsyncIterator[Pusher]:
    made = Pusher(f"Phoenix-Push/{__version__}", seconds=SECONDS)
    try:
        yield made
    finally:
        await made.close()


async def reach(db: Reader, accounts: Sequence[str], now: datetime) -> Sequence[Reach]:
    """The browsers in which these people are notified, of sessions that are still open."""
    return await db.all(queries.REACH, list(accounts), now)


async def send(runtime: Runtime, account: str, browser: str, message: ChannelMessage) -> ChannelOutcome:
    """Send a message to a browser of an account, if its session is still open. What its push service no longer knows is deleted."""
    now = runtime.clock.now()
    async with runtime.database.reader() as db:
        found = await db.maybe(queries.SUBSCRIPTION, account, browser, now)
    if found is None:
        return ChannelOutcome("refused", GONE)
    if found.server_key != vapid.public_key(runtime.keys):
        return await _end(runtime, account, browser, found, GONE)
    body = encrypt(payload(message), receiver=found.receiver, auth=found.auth)
    answer = await runtime.part(Pusher).post(found.endpoint, body, _headers(runtime, account, found, message, now))
    if answer.status in GONE_STATUSES:
        return await _end(runtime, account, browser, found, GONE)
    unanswered = answer.status is None
    if unanswered or found.slow:
        async with runtime.database.transaction() as tx:
            await tx.execute(queries.SET_UNANSWERED, account, browser, found.endpoint, tx.now if unanswered else None)
    return _outcome(answer)


def _outcome(answer: Answer) -> ChannelOutcome:
    if answer.arrived:
        return ChannelOutcome("sent")
    if answer.status is None:
        # Whatever the cause: otherwise the log would tell which names lead to addresses inside the network of this server.
        return ChannelOutcome("later", NO_ANSWER, slow=True)
    if answer.status == BUSY_STATUS or answer.status >= FAILING_STATUS:
        return ChannelOutcome("later", REFUSED, answer.retry_after or timedelta())
    return ChannelOutcome("refused", REFUSED)


async def _end(runtime: Runtime, account: str, browser: str, found: Subscription, reason: str) -> ChannelOutcome:
    async with runtime.database.transaction() as tx:
        await tx.execute(queries.REMOVE_GONE, account, browser, found.endpoint)
    return ChannelOutcome("refused", reason)


def _headers(runtime: Runtime, account: str, found: Subscription, message: ChannelMessage, now: datetime) -> dict[str, str]:
    """What the push service reads: how long to try, how urgent it is, and a topic, of which it keeps only the newest (RFC 8030, 5.2 to 5.4).

    The topic says nothing of what it is about: it is made with a key of ours.
    """
    topic = to_base64url(runtime.keys.mac("push: topic", account, message.tag)[:TOPIC_BYTES])
    return {
        "Authorization": vapid.authorization(runtime, found.endpoint, now),
        "Content-Type": "application/octet-stream",
        "Content-Encoding": "aes128gcm",
        "TTL": str(int(LIVES.total_seconds())),
        "Urgency": "high" if message.urgent else "normal",
        "Topic": topic,
    }
