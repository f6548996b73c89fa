"""Push: notifications in people's browsers, also while no page of ours is open (Web Push, RFC 8030, 8291 and 8292)."""

from __future__ import annotations

from pathlib import Path

from phoenix.kernel.language import _
from phoenix.kernel.module import EventKind, Module, NotificationChannel, PersonalData, Schedule, Slot
from phoenix.kernel.runtime import Part
from phoenix.modules.push import api, events, jobs, pages, personal
from phoenix.modules.push.actions.send import Pusher, pusher, reach, send

MODULE = Module(
    name="push",
    about="Notifications in people's browsers, also while no page of ours is open.",
    folder=Path(__file__).parent,
    needs=("accounts", "sessions"),
    tables=("push_subscriptions",),
    parts=(Part(Pusher, pusher),),
    routes=(*api.ROUTES, *pages.ROUTES),
    channels=(NotificationChannel("push", _("Push"), _("%(what)s: by push"), reach, send),),
    events=(EventKind(events.PushTurnedOn, act=None, ids=("session",)), EventKind(events.PushTurnedOff, act=None)),
    schedules=(Schedule("push.forget_ended", "33 3 * * *", jobs.forget_ended),),
    slots=(Slot("notification_settings", "push/slot_browser.html", pages.browsers, queries=1),),
    personal=PersonalData(export=personal.export, erase=personal.erase),
)
