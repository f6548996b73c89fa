"""Why the audit log refuses."""

from __future__ import annotations

from phoenix.kernel.errors import Conflict


class AuditLogBroken(Conflict):
    """The sentence names the first row of the audit log that is not as it was written."""

    code, title = "audit_log_broken", "The audit log failed verification"
