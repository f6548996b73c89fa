"""Sessions: their records and tokens, the keys that sign them, and the devices people are signed in on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from phoenix.kernel.language import _
from phoenix.kernel.module import Activity, Command, EventKind, Identity, ListQuery, Module, NavigationItem, PersonalData, Schedule, Slot
from phoenix.modules.sessions import api, commands, events, identity, jobs, pages, personal, queries, samples
from phoenix.modules.sessions.actions.list import signed_in_with
from phoenix.modules.sessions.actions.signing_keys import GENERATION

# Why events hold what is no id.
METHOD = "the name of a sign-in method, which modules bring"
REASON = "a word of the code that ended the session"

MODULE = Module(
    name="sessions",
    about="Sessions: access and refresh tokens, signing keys, and the list of devices.",
    folder=Path(__file__).parent,
    needs=("accounts",),
    tables=("sessions", "known_devices", "signing_keys"),
    routes=(*api.ROUTES, *pages.ROUTES),
    events=(
        EventKind(
            events.SessionStarted,
            act=None,
            ids=("session",),
            holds={"method": METHOD},
            activity=Activity(_("Signed in"), "good", signed_in_with, notifies=False),
        ),
        EventKind(
            events.SessionEnded,
            act=None,
            ids=("session",),
            holds={"reason": REASON},
            activity=Activity(_("Device signed out"), notifies=False),
        ),
        EventKind(
            events.ImpersonationEnded,
            act=None,
            ids=("session", "staff"),
            holds={"reason": REASON},
            activity=Activity(_("Impersonation by staff ended"), notifies=False),
        ),
        EventKind(
            events.SessionReauthenticated,
            act=None,
            ids=("session",),
            holds={"method": METHOD},
            activity=Activity(_("Identity confirmed"), notifies=False),
        ),
        EventKind(events.NewDeviceSeen, act=None, ids=("session",), activity=Activity(_("First sign-in on a new device"))),
        EventKind(events.SigningKeysRotated, act="credential"),
        EventKind(events.SigningKeyRevoked, act="credential"),
    ),
    jobs=jobs.JOBS,
    emails=samples.EMAILS,
    lists=(ListQuery(queries.SESSIONS, ("acc_1", datetime(2026, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC), "~", 101)),),
    schedules=(Schedule("sessions.forget_old", "19 3 * * *", jobs.forget_old),),
    commands=(Command("keys", "rotate", commands.rotate_keys), Command("keys", "list", commands.list_keys)),
    navigation=(NavigationItem(_("Sessions"), "laptop", "/settings/sessions", group="account", order=20),),
    slots=(Slot("security", "sessions/_devices.html", pages.devices, queries=1, order=50),),
    identity=Identity(
        find=identity.find,
        follow=identity.follow,
        seen=identity.write_seen,
        why=identity.why,
        records=identity.RECORDS,
        keys=(GENERATION,),
    ),
    personal=PersonalData(export=personal.export, erase=personal.erase, deletion_asked=personal.deletion_asked),
)
