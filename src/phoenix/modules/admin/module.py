"""The admin panel: what staff see of people, organisations and the platform, on a listener of its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from phoenix.kernel.i18n.text import _
from phoenix.kernel.module import Activity, EventKind, Module, NavigationItem, Permission
from phoenix.modules.admin import events, lists, notices, pages


def _reason(data: Mapping[str, Any]) -> str:
    return _("(“{reason}”)").format(reason=data.get("reason", ""))


MODULE = Module(
    name="admin",
    about="The admin panel: people, organisations, jobs, events, keys, emails and settings.",
    folder=Path(__file__).parent,
    receives=True,
    needs=("accounts", "sessions", "factors", "sign_in", "impersonation", "organisations"),
    routes=pages.ROUTES,
    lists=lists.LISTS,
    permissions=(
        Permission("platform.people_read", "See every account", scope="platform"),
        Permission("platform.people_write", "Lock and unlock accounts, end sessions, reset passwords and second factors", scope="platform"),
        Permission("platform.people_export", "Have a copy of a person's data made, and fetch it", scope="platform"),
        Permission("platform.organisations", "See every organisation and its members", scope="platform"),
        Permission("platform.jobs", "See background work, and replay what failed", scope="platform"),
        Permission("platform.keys", "Rotate and revoke the keys that sign access tokens", scope="platform"),
        Permission("platform.settings", "See the settings and the mails", scope="platform"),
        Permission("platform.grant", "Give and take permissions for the platform", scope="platform"),
    ),
    events=(
        EventKind(events.JobReplayed),
        EventKind(events.AccountLocked, activity=Activity(_("Staff locked the account"), "bad", _reason)),
        EventKind(events.AccountUnlocked, activity=Activity(_("Staff opened the account again"))),
        EventKind(
            events.PasswordResetForced, activity=Activity(_("Staff ended the password, and a mail to set a new one was sent"), "bad")
        ),
        EventKind(events.ExportFetched, activity=Activity(_("Staff fetched a copy of your data"), "bad")),
    ),
    navigation=(
        NavigationItem("People", "people", "/staff/people", permission="platform.people_read", group="staff", order=10),
        NavigationItem("Organisations", "building", "/staff/organisations", permission="platform.organisations", group="staff", order=20),
        NavigationItem("Jobs", "clock", "/staff/jobs", permission="platform.jobs", group="staff", order=50),
        NavigationItem("Events", "pulse", "/staff/events", permission="platform.audit", group="staff", order=60),
        NavigationItem("Signing keys", "key", "/staff/keys", permission="platform.keys", group="staff", order=70),
        NavigationItem("Mails", "mail", "/staff/mails", permission="platform.settings", group="staff", order=80),
        NavigationItem("Settings", "settings", "/staff/settings", permission="platform.settings", group="staff", order=90),
    ),
    notices=notices.NOTICES,
)
