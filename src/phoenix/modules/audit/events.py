"""Events of the audit log itself."""

from __future__ import annotations

from phoenix.kernel.data.events import Event


class AuditLogSigned(Event, frozen=True, kw_only=True, kind="audit.signed"):
    """An operator signed the end of the audit log as it was. The subject is the number of its last row."""


class AuditLogArchived(Event, frozen=True, kw_only=True, kind="audit.archived"):
    """Rows were moved to a file: from `first` to the subject, the number of the last."""

    first: int


class AuditLogRechained(Event, frozen=True, kw_only=True, kind="audit.rechained"):
    """Texts in rows from before 2.1 were replaced by their hashes. The subject is the number of the last row, `before` its former hash."""

    before: str
