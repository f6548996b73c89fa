"""The inbox as JSON."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from phoenix.kernel.data.cursors import Page, parse_limit
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.endpoint import get, post
from phoenix.kernel.web.rules import SIGNED_IN
from phoenix.modules.notifications import queries
from phoenix.modules.notifications.actions import mark
from phoenix.modules.notifications.items import Notification, in_full

Number = Annotated[int, Meta(ge=0, lt=2**62)]


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


ROUTES = (list_notifications, count_unread, mark_read, archive_notification)
