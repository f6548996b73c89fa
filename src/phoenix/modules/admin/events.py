"""What staff did that is no other module's fact."""

from __future__ import annotations

from phoenix.kernel.data.events import Event


class JobReplayed(Event, frozen=True, kw_only=True, kind="admin.job_replayed"):
    """Staff put a dead job back in the queue. The subject is its number."""


class AuditLogSigned(Event, frozen=True, kw_only=True, kind="admin.audit_log_signed"):
    """An operator had the end of the audit log signed as it was. The subject is the number of its last row."""


ALL: tuple[type[Event], ...] = (JobReplayed, AuditLogSigned)
