"""The admin panel: what staff see of people, organisations and the platform, on a listener of its own."""

from __future__ import annotations

from pathlib import Path

from phoenix.kernel.actor import IMPERSONATE_AND_WRITE
from phoenix.kernel.module import Command, EventKind, Follower, Job, Module, NavigationItem, Permission, Schedule
from phoenix.modules.accounts.actions.impersonate import IMPERSONATE
from phoenix.modules.admin import commands, events, jobs, pages
from phoenix.modules.admin.actions import audit
from phoenix.modules.admin.pages.audit import VERIFY

MODULE = Module(
    name="admin",
    about="The admin panel, looking through people's eyes, and the audit log.",
    folder=Path(__file__).parent,
    needs=("accounts", "organisations"),
    routes=pages.ROUTES,
    permissions=(
        Permission("platform.people_read", "See every account", scope="platform"),
        Permission("platform.people_write", "Lock and unlock accounts, end sessions, reset passwords and second factors", scope="platform"),
        Permission("platform.people_export", "Have a copy of a person's data made, and fetch it", scope="platform"),
        Permission(IMPERSONATE, "Look through a person's eyes, reading alone", scope="platform"),
        Permission(IMPERSONATE_AND_WRITE, "Change things while looking through a person's eyes", scope="platform"),
        Permission("platform.organisations", "See every organisation and its members", scope="platform"),
        Permission("platform.jobs", "See background work, and replay what failed", scope="platform"),
        Permission("platform.audit", "Read events and the audit log", scope="platform"),
        Permission("platform.keys", "Rotate and revoke the keys that sign access tokens", scope="platform"),
        Permission("platform.settings", "See the settings and the mails", scope="platform"),
        Permission("platform.grant", "Give and take permissions for the platform", scope="platform"),
    ),
    events=tuple(EventKind(kind) for kind in events.ALL),
    jobs=(Job(VERIFY, jobs.verify_audit_log, attempts=3),),
    schedules=(Schedule("admin.verify_audit_log_nightly", "37 2 * * *", jobs.verify_by_the_clock),),
    followers=(Follower(audit.FOLLOWER, audit.append),),
    navigation=(
        NavigationItem("People", "people", "/staff/people", permission="platform.people_read", group="staff", order=10),
        NavigationItem("Organisations", "building", "/staff/organisations", permission="platform.organisations", group="staff", order=20),
        NavigationItem("Jobs", "clock", "/staff/jobs", permission="platform.jobs", group="staff", order=50),
        NavigationItem("Events", "pulse", "/staff/events", permission="platform.audit", group="staff", order=60),
        NavigationItem("Audit log", "history", "/staff/audit", permission="platform.audit", group="staff", order=65),
        NavigationItem("Signing keys", "key", "/staff/keys", permission="platform.keys", group="staff", order=70),
        NavigationItem("Mails", "mail", "/staff/mails", permission="platform.settings", group="staff", order=80),
        NavigationItem("Settings", "settings", "/staff/settings", permission="platform.settings", group="staff", order=90),
    ),
    commands=(Command("audit", "verify", commands.verify_audit_log), Command("audit", "sign", commands.sign_audit_log)),
)
