"""What one is notified of and how, ending such emails, presence, and webhooks with what they sent."""

from __future__ import annotations

from types import SimpleNamespace as Thing
from typing import Any

from tests.web import samples
from tests.web.edit_pages import conflict
from tests.web.listings import plain
from tests.web.samples import AIKO, LONGEST, OF_HALDEN, PRIYA, TOMAS, ago, frame, outside

from phoenix.kernel.i18n.isolation import Ours
from phoenix.kernel.module import Title

SETTINGS = "/settings/notifications"
SCHEDULE = {"digest": "daily", "hour": "8", "quiet_from": "22:00", "quiet_until": "07:00"}
KINDS = [
    {"name": "comments.mentioned", "label": Ours("Someone mentions you"), "on": ["inbox", "email", "push"]},
    {"name": "organisations.role_changed", "label": Ours("Your role changes"), "on": ["inbox"]},
]
CHANNELS = [
    ("inbox", Ours("In Phoenix"), Ours("%(what)s: in Phoenix")),
    ("email", Ours("Email"), Ours("%(what)s: by email")),
    ("push", Ours("Push"), Ours("%(what)s: by push")),
]
MUTES = [
    {"thing": "ent_1", "title": Title("ent_1", f"Agenda of {LONGEST.name}", "/o/halden/entries/ent_1")},
    {"thing": "ent_2", "title": None},
]

HERE = Thing(template="presence/slot_here.html", context=Thing(people=[TOMAS, PRIYA, AIKO], more=12))
ALONE = Thing(template="presence/slot_here.html", context=Thing(people=[], more=0))
VISIBILITY = Thing(template="presence/slot_visibility.html", context=Thing(visible=True))
STOPPED = [
    Thing(template="deliverability/slot_profile.html", context=Thing(stopped=Thing(reason=reason, since=ago(days=3))))
    for reason in ("bounced", "complained", "unsubscribed")
]
BROWSERS = [
    {"id": "psh_1", "device": "Firefox on Android", "created_at": ago(days=40), "current": False},
    {"id": "psh_2", "device": LONGEST.name, "created_at": ago(hours=2), "current": True},
]
PUSH = Thing(template="push/slot_browser.html", context=Thing(browsers=BROWSERS, on=True, key="BKey"))
NO_PUSH = Thing(template="push/slot_browser.html", context=Thing(browsers=[], on=False, key="BKey"))
SMS = Thing(template="sms/slot_number.html", context=Thing(offered=True, number="+49 … 42", stopped=True))
NO_SMS = Thing(template="sms/slot_number.html", context=Thing(offered=True, number="", stopped=False))
NUMBER = "/settings/notifications/sms"
LOG = "/settings/notifications/deliveries"
STEPS = [
    [Thing(words="Queued", at=ago(days=2)), Thing(words="Tried 3 times", at=ago(days=1)), Thing(words="Sent", at=ago(days=1))],
    [Thing(words="Queued", at=ago(hours=2)), Thing(words="Not sent, because of quiet hours", at=None)],
]
DELIVERED = [
    {"about": f"{LONGEST.name} mentioned you in a comment on “Flow meter”", "channel": channel, "steps": steps}
    for channel, steps in zip(("Email", "Push"), STEPS, strict=True)
]
SWITCH = Thing(template="presence/slot_switch.html", context=Thing(on=False))

EVENTS = ["comments.posted", "entries.changed", "entries.posted"]
LIST = "/o/halden/webhooks"
ONE = f"{LIST}/whk_1"


def webhook(number: int, **changes: Any) -> Thing:
    made: dict[str, Any] = {
        "id": f"whk_{number}",
        "url": f"https://hooks.example.com/{number}/" + "long-path-of-a-receiver/" * 8,
        "description": "",
        "kinds": [],
        "disabled_at": None,
        "disabled_reason": None,
        "failing_since": None,
    }
    return Thing(**made | changes)


WEBHOOKS = [
    webhook(1, description=f"Chat of {LONGEST.name}"),
    webhook(2, failing_since=ago(hours=5)),
    webhook(3, description="Former system", disabled_at=ago(days=2), disabled_reason="failing"),
]


def delivery(number: int, state: str, **changes: Any) -> Thing:
    made: dict[str, Any] = {
        "id": f"whd_{number}",
        "kind": "entries.posted",
        "state": state,
        "attempts": 1,
        "made_at": ago(hours=number),
        "tried_at": ago(hours=number),
        "next_at": None,
        "status": 200,
        "problem": None,
    }
    return Thing(**made | changes)


DELIVERIES = [
    delivery(1, "queued", attempts=0, status=None, tried_at=None),
    delivery(2, "queued", attempts=3, status=503, next_at=ago(hours=-1), problem="It answered with 503."),
    delivery(3, "delivered"),
    delivery(4, "failed", attempts=9, status=None, problem="It did not answer within 10 seconds."),
]


def shown(one: Thing, deliveries: list[Thing], **changes: Any) -> tuple[str, dict[str, Any]]:
    form = {"url": one.url, "description": one.description, "version": "1", "kind entries.posted": "on"}
    context = {"form": form, "made": {}, "deliveries": deliveries, "listing": plain(deliveries, ONE, more=True), "kinds": EVENTS}
    return "webhooks/show.html", frame(ONE, webhook=one, **context | changes)


CHANNEL_PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "preferences": (
        "notifications/preferences.html",
        frame(
            SETTINGS,
            kinds=KINDS,
            channels=CHANNELS,
            more=[SMS, PUSH],
            form=SCHEDULE,
            mutes=MUTES,
            listing=plain(MUTES, SETTINGS, more=True),
        ),
    ),
    "preferences-refused": (
        "notifications/preferences.html",
        frame(
            SETTINGS,
            kinds=KINDS,
            channels=CHANNELS,
            more=[NO_SMS, NO_PUSH],
            form={**SCHEDULE, "hour": "24"},
            errors={"hour": "Enter a number from 0 to 23."},
            problem="Check the fields marked below.",
            mutes=[],
            listing=plain([], SETTINGS),
        ),
    ),
    "phone-number": ("sms/number.html", frame(NUMBER, form={}, number="+49 … 42", stopped=True, waiting="", failure="")),
    "phone-number-none": ("sms/number.html", frame(NUMBER, form={}, number="", stopped=False, waiting="", failure="")),
    "phone-number-code": ("sms/number.html", frame(NUMBER, form={}, number="+49 … 42", stopped=False, waiting="+81 … 07", failure="")),
    "phone-number-refused": ("sms/number.html", frame(NUMBER, form={}, number="", stopped=False, waiting="+81 … 07", failure="opted_out")),
    "deliveries": ("notifications/deliveries.html", frame(LOG, deliveries=DELIVERED, listing=plain(DELIVERED, LOG, more=True))),
    "deliveries-none": ("notifications/deliveries.html", frame(LOG, deliveries=[], listing=plain([], LOG))),
    "unsubscribe": (
        "notifications/unsubscribe.html",
        outside("/notifications/unsubscribe/t", token="t", label=Ours("Someone mentions you"), done=False),
    ),
    "unsubscribe-all": ("notifications/unsubscribe.html", outside("/notifications/unsubscribe/t", token="t", label="", done=False)),
    "unsubscribed": ("notifications/unsubscribe.html", outside("/notifications/unsubscribed/t", token="t", label="", done=True)),
    "webhooks": ("webhooks/list.html", frame(LIST, webhooks=WEBHOOKS, kinds=EVENTS, most=20, form={})),
    "webhooks-none": ("webhooks/list.html", frame(LIST, webhooks=[], kinds=EVENTS, most=20, form={})),
    "webhooks-refused": (
        "webhooks/list.html",
        frame(
            LIST,
            webhooks=WEBHOOKS[:1],
            kinds=EVENTS,
            most=20,
            form={"url": "http://10.0.0.1", "kind entries.posted": "on"},
            errors={"url": "Enter an address that starts with https://."},
            problem="Check the fields marked below.",
        ),
    ),
    "webhook": shown(WEBHOOKS[0], DELIVERIES),
    "webhook-new": shown(webhook(4), [], made={"secret": "whsec_" + "x" * 43}),
    "webhook-failing": shown(WEBHOOKS[2], DELIVERIES[3:]),
    "webhook-gone": shown(webhook(5, disabled_at=samples.NOW, disabled_reason="gone"), []),
    "webhook-off": shown(webhook(6, disabled_at=samples.NOW), []),
    "webhook-conflict": shown(
        WEBHOOKS[0],
        [],
        conflict=conflict(
            "Someone else changed this webhook while you were editing.",
            ("Address", "https://a.example", "https://b.example"),
            by=PRIYA.name,
        ),
    ),
    "organisation-settings-presence": (
        "organisations/settings.html",
        frame("/o/halden/settings", **OF_HALDEN, may_leave=False, more=[SWITCH]),
    ),
    "profile-presence": (
        "accounts/settings/profile.html",
        frame(
            "/settings/profile",
            form={"name": "Mara Lindqvist", "time_zone": "Europe/Berlin", "locale": "en", "version": "1"},
            locales=(("en", "English"),),
            more=[VISIBILITY],
        ),
    ),
    **{
        f"profile-emails-{stopped.context.stopped.reason}": (
            "accounts/settings/profile.html",
            frame(
                "/settings/profile",
                form={"name": "Mara Lindqvist", "time_zone": "Europe/Berlin", "locale": "en", "version": "1"},
                locales=(("en", "English"),),
                more=[stopped],
            ),
        )
        for stopped in STOPPED
    },
    "dashboard-here": ("dashboard/page.html", frame(cards=samples.cards(), notices=[HERE], names=samples.NAMES)),
    "dashboard-alone": ("dashboard/page.html", frame(cards=samples.cards(), notices=[ALONE], names=samples.NAMES)),
}
