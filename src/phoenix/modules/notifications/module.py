"""Notifications: an inbox for each person, filled from what other modules declare."""

from __future__ import annotations

from pathlib import Path

from phoenix.kernel.i18n.text import _
from phoenix.kernel.module import (
    Badge,
    EventKind,
    Follower,
    ListQuery,
    LiveMessages,
    LiveSource,
    Module,
    NavigationItem,
    PersonalData,
    Schedule,
    SocketRule,
)
from phoenix.modules.notifications import api, events, jobs, live, owned, pages, personal, queries
from phoenix.modules.notifications.actions.deliver import deliver
from phoenix.modules.notifications.unread import unread

MODULE = Module(
    name="notifications",
    about="An inbox for each person, with what other modules notify people of.",
    folder=Path(__file__).parent,
    needs=("accounts", "organisations"),
    receives=True,
    tables=("inboxes", "notifications"),
    routes=(*api.ROUTES, *pages.ROUTES),
    navigation=(
        NavigationItem(_("Notifications"), "bell", pages.INBOX, group="tools", badge=Badge("unread", _("{count} unread"), unread)),
    ),
    lists=(
        queries.LISTED,
        ListQuery(queries.MISSED, ("acc_1", 1, 101)),
        ListQuery(queries.NEXT, (1, 200)),
        ListQuery(queries.INBOXES, (["acc_1", "acc_2"],)),
        ListQuery(queries.DELETE_OF_ORGANISATION, ("org_1", 500)),
    ),
    events=(EventKind(events.NotificationsRead, act=None), EventKind(events.NotificationsArchived, act=None)),
    schedules=(Schedule("notifications.forget_old", "29 3 * * *", jobs.forget_old),),
    followers=(Follower("notifications.deliver", deliver),),
    sockets=(SocketRule(replay=live.replay),),
    live=(LiveMessages(live.tell),),
    live_sources=(LiveSource("notifications", live.begin, live.read),),
    personal=PersonalData(export=personal.export, erase=personal.erase),
    owned=owned.OWNED,
)
