"""Errors of the audit log."""

from __future__ import annotations

from phoenix.kernel.errors import Conflict


class AuditLogBroken(Conflict):
    """The sentence names the first altered row of the audit log."""

    code, title = "audit_log_broken", "The audit log failed verification"
