"""The inbox as a page."""

from __future__ import annotations

from phoenix.kernel.language import _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.listing import listing
from phoenix.kernel.web.pages import Redirect, View, form, page
from phoenix.kernel.web.rules import SIGNED_IN
from phoenix.modules.notifications import queries
from phoenix.modules.notifications.actions import choose, mark
from phoenix.modules.notifications.items import in_groups

INBOX = "/notifications"
LONGEST_NUMBER = 18


@page(INBOX, may=SIGNED_IN, queries=4, lists=(queries.LISTED,))
async def show_notifications(call: Call) -> View:
    found = await listing(call, queries.LISTED, call.actor.account)
    groups = await in_groups(call.db, call.registry, found.items)
    inbox = await call.db.maybe(queries.INBOXES, [call.actor.account])
    unread = inbox.unread if inbox is not None else 0
    return View("notifications/inbox.html", {"groups": groups, "listing": found, "unread": unread})


@form(f"{INBOX}/read", may=SIGNED_IN, queries=2, retry=show_notifications)
async def send_read(call: Call) -> Redirect:
    """Mark those of a line as read, or all up to the newest that the page showed."""
    through = call.number("through") or 0
    changed = await mark.read(call.tx, call.actor.account, _numbers(call), through=through)
    return Redirect(INBOX, _("All notifications marked as read.") if changed and through else "")


@form(f"{INBOX}/unread", may=SIGNED_IN, queries=2, retry=show_notifications)
async def send_unread(call: Call) -> Redirect:
    await mark.unread(call.tx, call.actor.account, _numbers(call))
    return Redirect(INBOX)


@form(f"{INBOX}/{{notification_id:str}}/archive", may=SIGNED_IN, queries=2, retry=show_notifications)
async def send_archive(call: Call) -> Redirect:
    numbers = _numbers(call)
    await mark.archive(call.tx, call.actor.account, call.path["notification_id"], with_them=numbers)
    return Redirect(INBOX, _("Notifications archived.") if len(numbers) > 1 else _("Notification archived."))


@form(f"{INBOX}/mute", may=SIGNED_IN, queries=3, retry=show_notifications)
async def send_mute(call: Call) -> Redirect:
    """Mute what a notification is about."""
    await choose.mute(call.tx, call.actor.account, call.form.get("thing", ""))
    return Redirect(INBOX, _("Muted. You can unmute it in your settings."))


def _numbers(call: Call) -> list[int]:
    """The numbers of what a line shows as one, without what is none."""
    given = call.form.get("number", "").split()[: mark.MOST_NUMBERS]
    return [int(text) for text in given if text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER]


ROUTES = (show_notifications, send_read, send_unread, send_archive, send_mute)
