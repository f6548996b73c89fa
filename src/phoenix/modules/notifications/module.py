"""Notifications: an inbox for each person, filled from what other modules declare."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from phoenix.kernel.language import _
from phoenix.kernel.module import (
    Badge,
    EventKind,
    Follower,
    Job,
    ListQuery,
    LiveMessages,
    LiveSource,
    Module,
    NavigationItem,
    PersonalData,
    Schedule,
    Slot,
    SocketRule,
)
from phoenix.modules.notifications import api, choices, deliveries, events, jobs, live, owned, pages, personal, queries, samples
from phoenix.modules.notifications.actions import send, send_by
from phoenix.modules.notifications.actions.deliver import deliver
from phoenix.modules.notifications.pages.inbox import INBOX
from phoenix.modules.notifications.unread import unread

# For the plans of queries.
NOW = datetime(2026, 6, 1, tzinfo=UTC)

MODULE = Module(
    name="notifications",
    about="An inbox for each person, with what other modules notify people of.",
    folder=Path(__file__).parent,
    places=("notification_settings",),
    needs=("accounts", "organisations"),
    receives=True,
    tables=(
        "inboxes",
        "notifications",
        "notification_settings",
        "notification_preferences",
        "mutes",
        "notification_deliveries",
    ),
    routes=(*api.ROUTES, *pages.ROUTES),
    navigation=(NavigationItem(_("Notifications"), "bell", INBOX, group="tools", badge=Badge("unread", _("{count} unread"), unread)),),
    lists=(
        queries.LISTED,
        ListQuery(deliveries.DELIVERIES, ("acc_1", 2**62, "~", 51)),
        ListQuery(queries.MISSED, ("acc_1", 1, 101)),
        ListQuery(queries.NEXT, (1, 200)),
        ListQuery(choices.MUTES, ("acc_1", "", 51)),
        ListQuery(choices.TAKE, (NOW, 500, NOW, "bat_1")),
        ListQuery(choices.TO_SEND, ("acc_1", "email", "bat_1", 200)),
        ListQuery(choices.TO_SEND_BY, ("acc_1", "push", "bat_1", 200)),
        ListQuery(choices.SETTINGS, (["acc_1", "acc_2"],)),
        ListQuery(queries.INBOXES, (["acc_1", "acc_2"],)),
        ListQuery(queries.DELETE_OF_ORGANISATION, ("org_1", 500)),
    ),
    events=(
        EventKind(events.NotificationsRead, act=None),
        EventKind(events.NotificationsArchived, act=None),
        EventKind(events.InboxChanged, act=None),
        EventKind(events.PreferencesChanged, act=None),
    ),
    jobs=(
        Job(send.SEND_DUE, send.send_due),
        Job(send.SEND_EMAIL, send.send_email),
        Job(send_by.SEND_BY, send_by.send_by, by_channel=True),
    ),
    emails=samples.EMAILS,
    schedules=(
        Schedule("notifications.forget_old", "29 3 * * *", jobs.forget_old),
        Schedule("notifications.send_due", "* * * * *", send.send_due),
    ),
    slots=(Slot("person", "notifications/slot_deliveries.html", pages.deliveries.of_person, queries=3, order=60),),
    followers=(Follower("notifications.deliver", deliver),),
    sockets=(SocketRule(replay=live.replay),),
    live=(LiveMessages(live.tell),),
    live_sources=(LiveSource("notifications", live.begin, live.read),),
    personal=PersonalData(export=personal.export, erase=personal.erase),
    owned=owned.OWNED,
)
