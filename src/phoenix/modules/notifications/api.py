"""The inbox as JSON."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from phoenix.kernel.data.cursors import Page, parse_limit
from phoenix.kernel.language import _
from phoenix.kernel.registry.happened import titles_of
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.endpoint import delete, get, post, put
from phoenix.kernel.web.instants import Instant, instant
from phoenix.kernel.web.rules import SIGNED_IN
from phoenix.modules.notifications import choices, deliveries, queries
from phoenix.modules.notifications.actions import choose, mark
from phoenix.modules.notifications.choices import EMAIL, INBOX
from phoenix.modules.notifications.items import Notification, in_full

Number = Annotated[int, Meta(ge=0, lt=2**62)]
Clock = Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["22:00"])]


class UnreadCount(Struct):
    """How many notifications are unread; 100 stands for 100 or more.

    `last_number` is the highest number of your notifications, and `epoch` says which numbering it belongs to: another epoch means that
    numbers were given again, after the database was restored. Send both when you open a socket, and you get what you missed.
    """

    count: int
    last_number: int = 0
    epoch: str = ""


class ReadData(Struct, forbid_unknown_fields=True):
    """Which notifications are read, or with `unread` are not: by their numbers, or all up to and including `through`."""

    numbers: Annotated[list[Number], Meta(max_length=mark.MOST_NUMBERS)] = []
    through: Number = 0
    unread: bool = False


@get("/api/v2/notifications", may=SIGNED_IN, queries=3)
async def list_notifications(
    call: Call, *, unread: bool = False, limit: int | None = None, cursor: str | None = None
) -> Page[Notification]:
    """List your notifications, newest first, without those that you archived; with `unread`, only those that you haven't read."""
    asked = queries.LISTED.read(lambda name: "unread" if unread and name == "show" else "")
    made = await queries.LISTED.page(call.db, call.runtime.keys, call.actor.account, asked=asked, cursor=cursor, limit=parse_limit(limit))
    return Page(await in_full(call.db, call.registry, made.items), made.next_cursor)


@get("/api/v2/notifications/unread_count", may=SIGNED_IN, queries=1)
async def count_unread(call: Call) -> UnreadCount:
    """Count your unread notifications, up to 100."""
    return await _unread(call)


@post("/api/v2/notifications/read", may=SIGNED_IN, queries=3)
async def mark_read(call: Call, data: ReadData) -> UnreadCount:
    """Mark notifications as read, or as unread, on all your devices. Returns how many are unread then."""
    account = call.actor.account
    if data.unread:
        await mark.unread(call.tx, account, data.numbers)
    else:
        await mark.read(call.tx, account, data.numbers, through=data.through)
    return await _unread(call)


@post("/api/v2/notifications/{notification_id:str}/archive", may=SIGNED_IN, queries=2)
async def archive_notification(call: Call, notification_id: str) -> None:
    """Archive a notification on all your devices."""
    await mark.archive(call.tx, call.actor.account, notification_id)


async def _unread(call: Call) -> UnreadCount:
    inbox = await call.db.maybe(queries.INBOXES, [call.actor.account])
    return UnreadCount(inbox.unread, inbox.last_number, inbox.epoch) if inbox is not None else UnreadCount(0)


class KindChoice(Struct):
    """A kind of notification, what it is, and by which channels you are notified of it. `channels` are those besides, such as `push`."""

    kind: str
    label: str
    inbox: bool
    email: bool
    channels: dict[str, bool]


class Preferences(Struct):
    """What you are notified of, by channel, and when you are reached outside Phoenix, in your time zone.

    `digest` is off, daily or weekly, at `hour`. Quiet hours are times such as "22:00"; null for none.
    """

    kinds: list[KindChoice]
    digest: str
    hour: int
    quiet_from: str | None
    quiet_until: str | None
    time_zone: str


class ChannelChoice(Struct, forbid_unknown_fields=True):
    """A choice for one kind. A channel that is left out stays as it is. `channels` are those besides, such as `push`."""

    inbox: bool | None = None
    email: bool | None = None
    channels: Annotated[dict[str, bool], Meta(max_length=20)] = {}


class PreferencesData(Struct, forbid_unknown_fields=True):
    """Only what is given is changed. `kinds` are by their names, such as comments.mentioned."""

    kinds: Annotated[dict[str, ChannelChoice], Meta(max_length=200)] = {}
    digest: str | UnsetType = UNSET
    hour: int | UnsetType = UNSET
    quiet_from: Clock | UnsetType | None = UNSET
    quiet_until: Clock | UnsetType | None = UNSET


class MuteAnswer(Struct):
    """Something that you muted, by its ID. `title` is what it is called, null if you can't read it any more."""

    thing: str
    created_at: Instant
    title: str | None


@get("/api/v2/notification_preferences", may=SIGNED_IN, queries=1)
async def read_preferences(call: Call) -> Preferences:
    """Get what you are notified of, by which channels, and when."""
    return await _preferences(call)


@put("/api/v2/notification_preferences", may=SIGNED_IN, queries=7)
async def set_preferences(call: Call, data: PreferencesData) -> Preferences:
    """Choose what you are notified of, by which channels, and when."""
    account = call.actor.account
    chosen = {
        (kind, channel): is_on
        for kind, choice in data.kinds.items()
        for channel, is_on in ((INBOX, choice.inbox), (EMAIL, choice.email), *choice.channels.items())
        if is_on is not None
    }
    await choose.choose(
        call.tx, account, call.registry.optional_notifications, chosen, others=call.registry.offered_channels(call.runtime.settings)
    )
    if (data.digest, data.hour, data.quiet_from, data.quiet_until) != (UNSET, UNSET, UNSET, UNSET):
        (now,) = await call.tx.all(choices.SETTINGS, [account])
        await choose.set_schedule(
            call.tx,
            account,
            digest=now.digest if data.digest is UNSET else data.digest,
            hour=now.hour if data.hour is UNSET else data.hour,
            quiet_from=now.quiet_from if data.quiet_from is UNSET else _time(data.quiet_from),
            quiet_until=now.quiet_until if data.quiet_until is UNSET else _time(data.quiet_until),
        )
    return await _preferences(call)


class NotificationDelivery(Struct):
    """A notification, by its `number`, that was sent to you by a channel, or is to be. `state` is queued, sending, sent, refused or
    dropped; and once its channel has reported it, delivered or undelivered, at `reported_at`.
    """

    number: int
    kind: str
    channel: str
    state: str
    reason: str | None
    attempts: int
    queued_at: Instant
    due_at: Instant
    sent_at: Instant | None
    reported_at: Instant | None
    read_at: Instant | None


@get("/api/v2/notification_deliveries", may=SIGNED_IN, queries=4)
async def list_notification_deliveries(call: Call, limit: int | None = None, cursor: str | None = None) -> Page[NotificationDelivery]:
    """List what was sent to you outside Phoenix in the last 30 days, or why it was not, latest first."""
    made = await deliveries.DELIVERIES.page(call.db, call.runtime.keys, call.actor.account, cursor=cursor, limit=parse_limit(limit))
    known = await deliveries.with_reports(call.runtime, call.db, call.actor.account, made.items)
    return Page([_delivery(one) for one in known], made.next_cursor)


def _delivery(one: deliveries.Delivery) -> NotificationDelivery:
    return NotificationDelivery(
        one.number,
        one.notification,
        one.channel,
        "sending" if one.state == "taken" else one.state,
        one.reason,
        one.tries,
        instant(one.queued_at),
        instant(one.due_at),
        instant(one.sent_at) if one.sent_at and one.state in deliveries.SENT_STATES else None,
        instant(one.reported_at) if one.reported_at else None,
        instant(one.read_at) if one.read_at else None,
    )


@get("/api/v2/mutes", may=SIGNED_IN, queries=2)
async def list_mutes(call: Call, limit: int | None = None, cursor: str | None = None) -> Page[MuteAnswer]:
    """List what you muted."""
    made = await choices.MUTES.page(call.db, call.runtime.keys, call.actor.account, cursor=cursor, limit=parse_limit(limit))
    titles = await titles_of(call.db, call.registry, call.actor, [one.thing for one in made.items])
    answers = [
        MuteAnswer(one.thing, instant(one.created_at), titles[one.thing].text if one.thing in titles else None) for one in made.items
    ]
    return Page(answers, made.next_cursor)


@put("/api/v2/mutes", may=SIGNED_IN, queries=3)
async def mute_thing(call: Call, thing: str) -> None:
    """Mute a thing, such as an entry, by its ID: you are notified of nothing about it any more, except what is urgent."""
    await choose.mute(call.tx, call.actor.account, thing)


@delete("/api/v2/mutes", may=SIGNED_IN, queries=2)
async def unmute_thing(call: Call, thing: str) -> None:
    """Unmute a thing. Does nothing if it isn't muted."""
    await choose.unmute(call.tx, call.actor.account, thing)


async def _preferences(call: Call) -> Preferences:
    (now,) = await call.db.all(choices.SETTINGS, [call.actor.account])
    offered = call.registry.offered_channels(call.runtime.settings)
    return Preferences(
        [
            KindChoice(
                kind.name,
                _(kind.label),
                choose.is_on(kind, now, INBOX),
                choose.is_on(kind, now, EMAIL),
                {name: choose.is_on(kind, now, channel) for name, channel in offered.items()},
            )
            for kind in call.registry.optional_notifications.values()
        ],
        now.digest,
        now.hour,
        None if now.quiet_from is None else f"{now.quiet_from:%H:%M}",
        None if now.quiet_until is None else f"{now.quiet_until:%H:%M}",
        now.time_zone,
    )


def _time(text: str | None) -> time | None:
    return None if text is None else time.fromisoformat(text)


ROUTES = (
    list_notifications,
    count_unread,
    mark_read,
    archive_notification,
    read_preferences,
    set_preferences,
    list_notification_deliveries,
    list_mutes,
    mute_thing,
    unmute_thing,
)
