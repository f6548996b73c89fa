"""Audit: every event once, in a hash-chained log whose end is signed."""

from __future__ import annotations

from pathlib import Path

from phoenix.kernel.module import Command, EventKind, Follower, ListQuery, Module, NavigationItem, Permission, Schedule
from phoenix.modules.audit import actions, commands, events, jobs, pages, queries

MODULE = Module(
    name="audit",
    about="The audit log: every event once, chained to the one before, with a signed end.",
    folder=Path(__file__).parent,
    needs=("accounts",),
    tables=("audit_log", "audit_head", "audit_checks"),
    routes=pages.ROUTES,
    lists=(
        ListQuery(queries.ROWS, (0, 500)),
        ListQuery(queries.NEWEST, (2**62, 51)),
        ListQuery(queries.OF_PERSON, ("acc_1", 2**62, 51)),
    ),
    permissions=(Permission(pages.AUDIT, "View events and the audit log", scope="platform"),),
    events=(EventKind(events.AuditLogSigned),),
    jobs=jobs.JOBS,
    schedules=(Schedule("audit.verify_nightly", "37 2 * * *", jobs.verify_nightly),),
    followers=(Follower(actions.FOLLOWER, actions.append),),
    navigation=(NavigationItem("Audit log", "history", "/staff/audit", permission=pages.AUDIT, group="staff", order=65),),
    commands=(Command("audit", "verify", commands.verify_audit_log), Command("audit", "sign", commands.sign_audit_log)),
)
