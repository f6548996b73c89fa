"""Audit: every event once, in a hash-chained log whose end is signed."""

from __future__ import annotations

from pathlib import Path

from phoenix.kernel.language import _
from phoenix.kernel.module import Command, EventKind, Follower, ListQuery, Module, NavigationItem, Permission, Schedule
from phoenix.modules.audit import commands, events, jobs, owned, pages, queries
from phoenix.modules.audit.actions.append import append
from phoenix.modules.audit.actions.chain import FOLLOWER

MODULE = Module(
    name="audit",
    about="The audit log: every event once, chained to the one before, with a signed end.",
    folder=Path(__file__).parent,
    needs=("accounts",),
    tables=("audit_log", "audit_head", "audit_checks", "audit_texts", "audit_state", "audit_archives"),
    routes=pages.ROUTES,
    lists=(
        ListQuery(queries.ROWS, (0, 500)),
        queries.LISTED,
        ListQuery(queries.OF_ACTOR, ("acc_1", 0, ["entries.posted"], 1000)),
        ListQuery(queries.TEXTS, (1, 1000, 10_000)),
    ),
    permissions=(Permission(pages.AUDIT, _("View events and the audit log"), scope="platform"),),
    events=(
        EventKind(events.AuditLogSigned, act=None),
        EventKind(events.AuditLogArchived, act=None),
        EventKind(events.AuditLogRechained, act=None, holds={"before": "a hash"}),
    ),
    jobs=jobs.JOBS,
    schedules=(
        Schedule("audit.verify_nightly", "37 2 * * *", jobs.verify_nightly),
        Schedule("audit.archive_old", "57 3 * * *", jobs.archive_old_rows),
        Schedule("audit.replace_old_texts", "*/10 * * * *", jobs.replace_old_texts),
    ),
    followers=(Follower(FOLLOWER, append),),
    owned=owned.OWNED,
    navigation=(NavigationItem(_("Audit log"), "history", "/staff/audit", permission=pages.AUDIT, group="staff", order=65),),
    commands=(
        Command("audit", "verify", commands.verify_audit_log),
        Command("audit", "sign", commands.sign_audit_log),
        Command("audit", "verify-archive", commands.verify_archived),
    ),
)
