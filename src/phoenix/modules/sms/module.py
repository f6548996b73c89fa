"""SMS: notifications as text messages, to a number that its person confirmed."""

from __future__ import annotations

from pathlib import Path

from phoenix.kernel.language import _
from phoenix.kernel.module import Activity, EventKind, Job, Module, NotificationChannel, PersonalData, Schedule, Slot
from phoenix.kernel.runtime import Part
from phoenix.kernel.sms.texter import Texter
from phoenix.kernel.sms.transports import is_offered
from phoenix.modules.sms import api, events, jobs, notices, pages, personal
from phoenix.modules.sms.actions.number import SEND_CODE
from phoenix.modules.sms.actions.send import REASONS, reach, reports, send, texter
from phoenix.modules.sms.actions.send_code import send_code

MODULE = Module(
    name="sms",
    about="Notifications as text messages, and what becomes of them.",
    folder=Path(__file__).parent,
    needs=("accounts",),
    tables=("sms_numbers", "sms_requests", "sms_messages", "sms_stopped", "sms_replies"),
    parts=(Part(Texter, texter),),
    routes=(*api.ROUTES, *pages.ROUTES),
    channels=(
        NotificationChannel(
            "sms",
            _("SMS"),
            _("%(what)s: by SMS"),
            reach,
            send,
            urgent_only=True,
            offered=is_offered,
            reports=reports,
            reasons=REASONS,
        ),
    ),
    events=(
        EventKind(events.NumberAdded, act=None, activity=Activity(_("Phone number for text messages added"), "good")),
        EventKind(events.NumberRemoved, act=None, activity=Activity(_("Phone number for text messages removed"), "bad")),
        EventKind(events.TextsStopped, act=None, activity=Activity(_("Text messages stopped by a reply of STOP"))),
        EventKind(events.TextsResumed, act=None, activity=Activity(_("Text messages resumed by a reply of START"))),
    ),
    jobs=(Job(SEND_CODE, send_code),),
    schedules=(Schedule("sms.forget_old", "41 3 * * *", jobs.forget_old),),
    slots=(Slot("notification_settings", "sms/slot_number.html", pages.own_number, queries=1, order=10),),
    notices=notices.NOTICES,
    personal=PersonalData(export=personal.export, erase=personal.erase),
)
