"""Send what is due by the channels that other modules bring: everything of a person in one message, to each place where they are reached."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from msgspec import Struct

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.jobs import JobKind, enqueue, enqueue_all
from phoenix.kernel.language import ngettext, reading
from phoenix.kernel.module import ChannelMessage, ChannelOutcome, NotificationChannel
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.modules.notifications import choices
from phoenix.modules.notifications.actions.wanted import wanted_now
from phoenix.modules.notifications.choices import EMAIL, Due, Recipient
from phoenix.modules.notifications.items import Group, in_groups
from phoenix.modules.notifications.queries import Item
from phoenix.modules.notifications.timing import after_quiet_hours

MOST_IN_MESSAGE = 200
INBOX = "/notifications"
# A place that cannot be reached is tried again for about three hours. It can ask for more, but for no more than an hour at a time.
DELAYS = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800, 7200))
LONGEST_WAIT = timedelta(hours=1)
SENT, LATER, REFUSED, TAKEN = "sent", "later", "refused", "taken"
READ, NOT_WANTED, QUIET = "read", "not_wanted", "quiet"


class SendingBy(Struct, frozen=True):
    """What is sent: the batch in which it was taken from the queue, for whom, by which channel and to which place; and how often it was tried."""

    account: str
    batch: str
    channel: str
    target: str
    tried: int = 0


# Each channel has a queue of its own, `SEND_BY.of(channel)`: one whose places answer slowly does not delay the others. This one is for the
# places of all channels that did not answer the last time.
SEND_BY = JobKind("notifications.by_channel", SendingBy, queue="channels")


async def enqueue_others(registry: Registry, tx: Transaction, batch: str, due: Sequence[Due]) -> None:
    """Enqueue a job for each place where those are reached to whom something is due by a channel other than email: a few statements for each channel."""
    for name in sorted({one.channel for one in due} - {EMAIL}):
        accounts = sorted(one.account for one in due if one.channel == name)
        channel = registry.channels.get(name)
        places = await channel.reach(tx, accounts, tx.now) if channel is not None else []
        for kind, slow in ((SEND_BY.of(name), False), (SEND_BY, True)):
            await enqueue_all(tx, kind, [SendingBy(one.account, batch, name, one.target) for one in places if one.slow == slow])
        unreached = sorted(set(accounts) - {one.account for one in places})
        if unreached:
            await tx.execute(choices.DROP_UNREACHED, batch, name, unreached, tx.now)


async def send_by(runtime: Runtime, sending: SendingBy) -> None:
    """Send one message to one place, with all that was taken for its person and is still to be sent."""
    registry = runtime.part(Registry)
    channel = registry.channels.get(sending.channel)
    to, rows, why = await _to_send(runtime, sending) if channel is not None else (None, [], NOT_WANTED)
    if channel is None or to is None or not rows:
        async with runtime.database.transaction() as tx:
            await tx.execute(choices.DROP, sending.account, sending.channel, sending.batch, [], why, tx.now)
        return
    message = await _message(runtime, to, rows, sending.batch)
    outcome = await channel.send(runtime, sending.account, sending.target, message)
    await _note(runtime, channel, sending, [row.number for row in rows], outcome, why)


async def _to_send(runtime: Runtime, sending: SendingBy) -> tuple[Recipient | None, list[Item], str]:
    """To whom, and what is still to be sent; without any, why not. In quiet hours, that is only what is urgent: the rest waits in the inbox."""
    registry = runtime.part(Registry)
    async with runtime.database.reader() as db:
        to = await db.maybe(choices.RECIPIENT, sending.account)
        found = await db.all(choices.TO_SEND_BY, sending.account, sending.channel, sending.batch, MOST_IN_MESSAGE)
        if to is None or not found:
            return to, [], NOT_WANTED if to is None else READ
        schedule, wanted = await wanted_now(db, registry, sending.account, sending.channel, found)
    now = runtime.clock.now()
    if after_quiet_hours(now, schedule) == now:
        return to, wanted, NOT_WANTED
    return to, [row for row in wanted if registry.notifications[row.notification].urgent], QUIET if wanted else NOT_WANTED


async def _message(runtime: Runtime, to: Recipient, rows: Sequence[Item], batch: str) -> ChannelMessage:
    registry = runtime.part(Registry)
    async with runtime.database.reader() as db:
        groups = await in_groups(db, registry, rows)
    urgent = any(registry.notifications[row.notification].urgent for row in rows)
    with reading(to.locale):
        return ChannelMessage(batch, _title(groups, rows), groups[0].summary, _link(groups), _tag(groups), to.locale, urgent)


def _title(groups: Sequence[Group], rows: Sequence[Item]) -> str:
    """What it is about: an organisation, or how many things."""
    if len(groups) > 1:
        return ngettext("{count} notification", "{count} notifications", len(groups)).format(count=len(groups))
    name = rows[0].organisation_name
    return name or "Phoenix"


def _link(groups: Sequence[Group]) -> str:
    return (groups[0].link or INBOX) if len(groups) == 1 else INBOX


def _tag(groups: Sequence[Group]) -> str:
    """What the newer replaces: those about the same thing, as in the inbox."""
    if len(groups) > 1:
        return "notifications"
    first = groups[0].first
    return f"{first.kind} {first.thing}" if first.thing else first.id


async def _note(
    runtime: Runtime, channel: NotificationChannel, sending: SendingBy, numbers: Sequence[int], outcome: ChannelOutcome, why: str
) -> None:
    """Note what became of it, and `why` the rest was not sent. What is to be tried later is, until it has been tried often enough."""
    again = outcome.state == LATER and sending.tried < len(DELAYS)
    state = TAKEN if again else REFUSED if outcome.state == LATER else outcome.state
    of = (sending.account, channel.name, sending.batch)
    async with runtime.database.transaction() as tx:
        await tx.execute(choices.DROP, *of, list(numbers), why, tx.now)
        await tx.execute(choices.TRIED, *of, list(numbers), tx.now, state, outcome.reason, sending.tried + 1)
        if again:
            wait = max(DELAYS[sending.tried], min(outcome.wait, LONGEST_WAIT))
            tried = SendingBy(sending.account, sending.batch, sending.channel, sending.target, sending.tried + 1)
            await enqueue(tx, SEND_BY if outcome.slow else SEND_BY.of(channel.name), tried, delay=wait)
