"""What one is notified of, by which channels, and when."""

from __future__ import annotations

from datetime import time

from phoenix.kernel.errors import FieldError, InvalidInput
from phoenix.kernel.language import _
from phoenix.kernel.registry.happened import titles_of
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.listing import plain_listing
from phoenix.kernel.web.pages import Redirect, View, form, page
from phoenix.kernel.web.rules import SIGNED_IN
from phoenix.kernel.web.slots import fill
from phoenix.modules.notifications import choices
from phoenix.modules.notifications.actions import choose
from phoenix.modules.notifications.choices import EMAIL, INBOX

SETTINGS = "/settings/notifications"
PAGE_SIZE = 50
ON = "on"
PLACE = "notification_settings"


@page(SETTINGS, may=SIGNED_IN, queries=4, slots=(PLACE,))
async def show_preferences(call: Call) -> View:
    account = call.actor.account
    (now,) = await call.db.all(choices.SETTINGS, [account])
    mutes = await choices.MUTES.page(call.db, call.runtime.keys, account, cursor=call.query("cursor") or None, limit=PAGE_SIZE)
    titles = await titles_of(call.db, call.registry, call.actor, [mute.thing for mute in mutes.items])
    channels, by = _channels(call), call.registry.channels
    kinds = [
        {
            "name": kind.name,
            "label": kind.label,
            "on": [name for name, _label, _said in channels if choose.is_on(kind, now, by.get(name, name))],
        }
        for kind in call.registry.optional_notifications.values()
    ]
    shown = {
        "digest": now.digest,
        "hour": str(now.hour),
        "quiet_from": f"{now.quiet_from:%H:%M}" if now.quiet_from else "",
        "quiet_until": f"{now.quiet_until:%H:%M}" if now.quiet_until else "",
    }
    context = {
        "kinds": kinds,
        "channels": channels,
        "more": await fill(call, PLACE),
        "form": shown,
        "mutes": [{"thing": mute.thing, "title": titles.get(mute.thing)} for mute in mutes.items],
        "listing": plain_listing(call, mutes),
    }
    return View("notifications/preferences.html", context)


@form(f"{SETTINGS}/channels", may=SIGNED_IN, queries=2, retry=show_preferences)
async def send_channels(call: Call) -> Redirect:
    """The boxes of the table that were changed: one that is not sent is not ticked. What was chosen elsewhere since stays, such as by a link that
    ends emails, and so does what nobody chose."""
    kinds = call.registry.optional_notifications
    channels = [name for name, _label, _said in _channels(call)]
    boxes = {(kind, channel): f"{channel} {kind}" for kind in kinds for channel in channels}
    was = set(call.form.get("was", "").split(","))
    chosen = {box: ticked for box, name in boxes.items() if (ticked := call.form.get(name) == ON) != (name in was)}
    await choose.choose(call.tx, call.actor.account, kinds, chosen, others=channels)
    return Redirect(SETTINGS, _("Notifications saved."))


@form(f"{SETTINGS}/schedule", may=SIGNED_IN, queries=4, retry=show_preferences)
async def send_schedule(call: Call) -> Redirect:
    hour = call.number("hour")
    await choose.set_schedule(
        call.tx,
        call.actor.account,
        digest=call.form.get("digest", ""),
        hour=-1 if hour is None else hour,
        quiet_from=_time(call, "quiet_from"),
        quiet_until=_time(call, "quiet_until"),
    )
    return Redirect(SETTINGS, _("Notifications saved."))


@form(f"{SETTINGS}/unmute", frees=True, may=SIGNED_IN, queries=2, retry=show_preferences)
async def send_unmute(call: Call) -> Redirect:
    await choose.unmute(call.tx, call.actor.account, call.form.get("thing", ""))
    return Redirect(SETTINGS, _("Unmuted."))


def _channels(call: Call) -> list[tuple[str, str, str]]:
    """The columns of the table: each channel, what it is called, and what is said of one of its boxes."""
    others = [(channel.name, channel.label, channel.said) for channel in call.registry.offered_channels(call.runtime.settings).values()]
    return [(INBOX, _("In Phoenix"), _("%(what)s: in Phoenix")), (EMAIL, _("Email"), _("%(what)s: by email")), *others]


def _time(call: Call, field: str) -> time | None:
    text = call.form.get(field, "").strip()
    if not text:
        return None
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        sentence = _("Enter a time, such as 22:00.")
        raise InvalidInput(sentence, errors=(FieldError(field, "invalid", sentence),)) from None


ROUTES = (show_preferences, send_channels, send_schedule, send_unmute)
