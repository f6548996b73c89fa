"""Events of staff actions that belong to no other module. The subject is the account, unless stated otherwise."""

from __future__ import annotations

from phoenix.kernel.data.events import Event


class AccessReviewed(Event, frozen=True, kw_only=True, kind="admin.access_reviewed"):
    """Staff signed a review of who has access. The subject is the review; the fields are how many permissions and keys there were."""

    staff: int
    keys: int


class JobReplayed(Event, frozen=True, kw_only=True, kind="admin.job_replayed"):
    """Staff put a failed job back in the queue. The subject is the job's number."""


class AccountLocked(Event, frozen=True, kw_only=True, kind="admin.account_locked"):
    """Staff locked the account."""

    reason: str


class AccountUnlocked(Event, frozen=True, kw_only=True, kind="admin.account_unlocked"):
    """Staff unlocked the account."""


class PasswordResetForced(Event, frozen=True, kw_only=True, kind="admin.password_reset_forced"):
    """Staff removed the password. The owner sets a new one by email."""


class ExportFetched(Event, frozen=True, kw_only=True, kind="admin.export_fetched"):
    """Staff downloaded the copy of a person's data. The event's actor is staff."""

    export: str
