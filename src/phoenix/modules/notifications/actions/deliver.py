"""Make items of inboxes from events, once for each event and person, and queue what is sent outside Phoenix."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.events import Recorded
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.data.jobs import Nothing, enqueue
from phoenix.kernel.module import NotificationChannel, NotificationKind
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.events import ProfileChanged
from phoenix.modules.notifications import choices, queries
from phoenix.modules.notifications.actions.choose import is_on
from phoenix.modules.notifications.actions.recount import MEMBERSHIPS, recount
from phoenix.modules.notifications.actions.send import SEND_DUE
from phoenix.modules.notifications.actions.withdraw import withdraw
from phoenix.modules.notifications.choices import EMAIL, Settings
from phoenix.modules.notifications.choices import INBOX as IN_PHOENIX
from phoenix.modules.notifications.timing import due_at
from phoenix.modules.notifications.unread import INBOX

EPOCH_BYTES = 9
# So that no statement takes long, however many people an event is for.
MOST_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Notice:
    """Someone who is to be notified of an event, and as what."""

    account: str
    event: Recorded
    kind: NotificationKind

    @property
    def thing(self) -> str:
        """What they can mute, "" for nothing."""
        kind, event = self.kind, self.event
        found = event.subject if kind.thing == "subject" else event.data.get(kind.thing)
        return found if kind.thing and isinstance(found, str) else ""


async def deliver(runtime: Runtime, tx: Transaction, batch: Sequence[Recorded]) -> None:
    """Add every event of the batch to the inboxes of those who are to be notified of it, and withdraw what is of no use any more: as many
    statements for 5,000 as for one."""
    registry = runtime.part(Registry)
    await _move(tx, batch)
    await _add(runtime, registry, tx, batch)
    await withdraw(registry, tx, batch)
    await recount(tx, [event.subject for event in batch if event.kind in MEMBERSHIPS and event.subject])


async def _add(runtime: Runtime, registry: Registry, tx: Transaction, batch: Sequence[Recorded]) -> None:
    notices = await _notices(registry.notifications.values(), tx, batch)
    if not notices:
        return
    accounts = sorted({notice.account for notice in notices})
    wants = {found.account: found for found in await tx.all(choices.SETTINGS, accounts)}
    notices = await _unmuted(tx, [notice for notice in notices if notice.account in wants])
    channels = registry.offered_channels(runtime.settings)
    reached = await _reached(channels, tx, accounts)
    wanted = [(notice, *_channels(notice.kind, wants[notice.account], channels, reached)) for notice in notices]
    wanted = [(notice, inbox, others) for notice, inbox, others in wanted if inbox or others]
    if not wanted:
        return
    await tx.execute(queries.OPEN, accounts, secrets.token_urlsafe(EPOCH_BYTES))
    added: list[queries.Added] = []
    for start in range(0, len(wanted), MOST_AT_ONCE):
        items = [(*_item(tx, notice), not inbox) for notice, inbox, _others in wanted[start : start + MOST_AT_ONCE]]
        added += await tx.all(queries.ADD, *map(list, zip(*items, strict=True)))
    for account in {one.account for one in added}:
        tx.invalidate(INBOX(account))
        tx.wakes = True
    await _queue(tx, added, {(notice.account, notice.event.id): (notice, others) for notice, _inbox, others in wanted}, wants)


async def _move(tx: Transaction, batch: Sequence[Recorded]) -> None:
    """Move what is queued for people who live in another time zone now: it follows the clock on their wall."""
    moved = sorted({event.subject for event in batch if event.kind == ProfileChanged.kind and event.subject and _moves(event)})
    if not moved:
        return
    for wants in await tx.all(choices.SETTINGS, moved):
        await tx.execute(choices.MOVE, wants.account, due_at(tx.now, wants.schedule, urgent=False))


def _moves(event: Recorded) -> bool:
    return "time_zone" in event.data.get("fields", ())


async def _notices(kinds: Iterable[NotificationKind], tx: Transaction, batch: Sequence[Recorded]) -> list[Notice]:
    """In the order of the events. The first kind of an event is the one that counts, and nobody is notified of what they did themselves, except
    of what is about the security of their account: it may have been someone else.
    """
    found: dict[tuple[int, str], Notice] = {}
    places = {event.id: place for place, event in enumerate(batch)}
    for kind in kinds:
        if events := [event for event in batch if event.kind == kind.type.kind]:
            for account, event in await _people(tx, kind, events):
                if kind.security or account != event.actor:
                    found.setdefault((places[event.id], account), Notice(account, event, kind))
    return [found[key] for key in sorted(found)]


async def _people(tx: Transaction, kind: NotificationKind, events: Sequence[Recorded]) -> Sequence[tuple[str, Recorded]]:
    if not isinstance(kind.to, str):
        return await kind.to(tx, events)
    named = ((event.subject if kind.to == "subject" else event.data.get(kind.to), event) for event in events)
    return [(account, event) for account, event in named if isinstance(account, str)]


async def _unmuted(tx: Transaction, notices: Sequence[Notice]) -> list[Notice]:
    """Those about things that their people have not muted. What is urgent always comes."""
    asked = [notice for notice in notices if notice.thing and not notice.kind.urgent]
    if not asked:
        return list(notices)
    rows = await tx.all(choices.MUTED, [notice.account for notice in asked], [notice.thing for notice in asked])
    muted = {(row.account, row.thing) for row in rows}
    return [notice for notice in notices if notice.kind.urgent or (notice.account, notice.thing) not in muted]


async def _reached(channels: Mapping[str, NotificationChannel], tx: Transaction, accounts: Sequence[str]) -> dict[str, set[str]]:
    """Who is reached by the channels besides the inbox and email: one query for each channel."""
    return {channel.name: {one.account for one in await channel.reach(tx, accounts, tx.now)} for channel in channels.values()}


def _channels(
    kind: NotificationKind, settings: Settings, channels: Mapping[str, NotificationChannel], reached: Mapping[str, Set[str]]
) -> tuple[bool, tuple[str, ...]]:
    """Whether someone wants a kind in their inbox, and by which channels outside Phoenix, of those that reach them."""
    by_email = (EMAIL,) if is_on(kind, settings, EMAIL) else ()
    others = (name for name, channel in channels.items() if settings.account in reached[name] and is_on(kind, settings, channel))
    return is_on(kind, settings, IN_PHOENIX), (*by_email, *others)


def _item(tx: Transaction, notice: Notice) -> tuple[object, ...]:
    event = notice.event
    return (
        notice.account,
        new_id("ntf", tx.now),
        event.id,
        notice.kind.name,
        event.kind,
        event.organisation,
        event.actor,
        event.subject,
        event.data,
        event.occurred_at,
        event.subject == notice.account,
    )


async def _queue(
    tx: Transaction,
    added: Sequence[queries.Added],
    outside: Mapping[tuple[str, str], tuple[Notice, Sequence[str]]],
    wants: Mapping[str, Settings],
) -> None:
    """Queue what is sent outside Phoenix about what was added: emails each for when its person wants to be reached, the rest for now."""
    queued = [
        (one.account, one.number, channel, notice.kind.urgent, _due(tx, wants[one.account], notice, channel))
        for one in added
        for notice, channels in (outside[one.account, one.event],)
        for channel in channels
    ]
    if not queued:
        return
    await tx.execute(choices.QUEUE, *map(list, zip(*queued, strict=True)), tx.now)
    if any(due <= tx.now for *_what, due in queued):
        await enqueue(tx, SEND_DUE, Nothing(), key=SEND_DUE.name)


def _due(tx: Transaction, settings: Settings, notice: Notice, channel: str) -> datetime:
    return due_at(tx.now, settings.schedule, urgent=notice.kind.urgent) if channel == EMAIL else tx.now
