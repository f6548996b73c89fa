"""Accounts: sign-up, confirmation, log-in, sessions, profile."""

from __future__ import annotations

from pathlib import Path

from phoenix.kernel.module import Command, EventKind, HotRead, Identity, Job, Module, Names, NavigationItem, Permission, Schedule
from phoenix.modules.accounts import api, commands, events, jobs, pages, queries
from phoenix.modules.accounts.actions.first_administrator import PLATFORM_ADMIN
from phoenix.modules.accounts.seen import write_seen

MODULE = Module(
    name="accounts",
    about="Sign-up, confirmation, log-in, sessions and profiles.",
    folder=Path(__file__).parent,
    routes=(*api.ROUTES, *pages.ROUTES),
    permissions=(Permission(PLATFORM_ADMIN, "Look after the whole installation", scope="platform"),),
    events=(
        EventKind(events.AccountCreated),
        EventKind(events.LoggedIn),
        EventKind(events.SessionEnded),
        EventKind(events.ProfileChanged),
        EventKind(events.PasswordReset),
        EventKind(events.PermissionGranted),
    ),
    jobs=(
        Job("accounts.send_verification", jobs.send_verification),
        Job("accounts.send_already_registered", jobs.send_already_registered),
        Job("accounts.send_reset", jobs.send_reset),
    ),
    schedules=(Schedule("accounts.forget_the_old", "17 3 * * *", jobs.forget_the_old),),
    navigation=(NavigationItem("Settings", "settings", "/settings/profile", group="account", order=90),),
    hot=(HotRead("/api/v2/me", api.me_key),),
    names=(Names("acc", queries.names),),
    commands=(Command("accounts", "first-administrator-link", commands.first_administrator_link),),
    identity=Identity(find=queries.find_session, seen=write_seen),
)
