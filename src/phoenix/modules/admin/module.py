"""The admin panel: what staff see of people, organisations and the platform, on its own listener."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from phoenix.kernel.language import _
from phoenix.kernel.module import Activity, EventKind, Module, NavigationItem, Permission, Schedule
from phoenix.modules.admin import events, jobs, lists, notices, pages
from phoenix.modules.admin.checks import ACCESS_REVIEWED, HAS_DISK_SPACE


def _reason(data: Mapping[str, Any]) -> str:
    return _("(“{reason}”)").format(reason=data.get("reason", ""))


MODULE = Module(
    name="admin",
    about="The admin panel: people, organisations, jobs, events, keys, emails and settings.",
    folder=Path(__file__).parent,
    receives=True,
    places=("person", "email"),
    tables=("access_reviews",),
    needs=("accounts", "sessions", "factors", "sign_in", "keys", "impersonation", "organisations"),
    routes=pages.ROUTES,
    lists=lists.LISTS,
    permissions=(
        Permission("platform.people_read", _("View all accounts"), scope="platform"),
        Permission(
            "platform.people_write",
            _("Lock and unlock accounts, sign out devices, reset passwords and two-step verification"),
            scope="platform",
        ),
        Permission("platform.people_export", _("Request and download a copy of a person's data"), scope="platform"),
        Permission("platform.organisations", _("View all organisations and their members"), scope="platform"),
        Permission("platform.owners", _("Appoint an owner of an organisation that has none, cancel the deletion of one"), scope="platform"),
        Permission("platform.access", _("Review who has access, revoke API keys and remove roles"), scope="platform"),
        Permission("platform.jobs", _("View background jobs and replay failed ones"), scope="platform"),
        Permission("platform.keys", _("Rotate and revoke the keys that sign access tokens"), scope="platform"),
        Permission("platform.settings", _("View settings and email previews"), scope="platform"),
        Permission("platform.grant", _("Grant and remove platform permissions"), scope="platform"),
    ),
    events=(
        EventKind(events.AccessReviewed, act=None),
        EventKind(events.JobReplayed, act=None),
        EventKind(
            events.AccountLocked,
            act="authority",
            holds={"reason": "the audit log has to say why staff did it, and the owner of the account can read it"},
            written=("reason",),
            activity=Activity(_("Account locked by staff"), "bad", _reason, notifies=False),
        ),
        EventKind(events.AccountUnlocked, act="authority", activity=Activity(_("Account unlocked by staff"), notifies=False)),
        EventKind(events.PasswordResetForced, act="credential", activity=Activity(_("Password reset by staff"), "bad")),
        EventKind(events.ExportFetched, act=None, ids=("export",), activity=Activity(_("Copy of your data downloaded by staff"), "bad")),
    ),
    navigation=(
        NavigationItem(_("People"), "people", "/staff/people", permission="platform.people_read", group="staff", order=10),
        NavigationItem(
            _("Organisations"), "building", "/staff/organisations", permission="platform.organisations", group="staff", order=20
        ),
        NavigationItem(_("Access"), "shield", "/staff/access", permission="platform.access", group="staff", order=40),
        NavigationItem(_("Jobs"), "clock", "/staff/jobs", permission="platform.jobs", group="staff", order=50),
        NavigationItem(_("Events"), "pulse", "/staff/events", permission="platform.audit", group="staff", order=60),
        NavigationItem(_("Signing keys"), "key", "/staff/keys", permission="platform.keys", group="staff", order=70),
        NavigationItem(_("Emails"), "mail", "/staff/emails", permission="platform.settings", group="staff", order=80),
        NavigationItem(_("Settings"), "settings", "/staff/settings", permission="platform.settings", group="staff", order=90),
    ),
    notices=notices.NOTICES,
    checks=(HAS_DISK_SPACE, ACCESS_REVIEWED),
    schedules=(Schedule("admin.run_checks", "47 2 * * *", jobs.run_checks),),
)
