"""What staff did that is no other module's fact. The subject is the account, unless it says otherwise."""

from __future__ import annotations

from phoenix.kernel.data.events import Event


class JobReplayed(Event, frozen=True, kw_only=True, kind="admin.job_replayed"):
    """Staff put a failed job back in the queue. The subject is its number."""


class AccountLocked(Event, frozen=True, kw_only=True, kind="admin.account_locked"):
    """Staff closed the account until they open it again."""

    reason: str


class AccountUnlocked(Event, frozen=True, kw_only=True, kind="admin.account_unlocked"):
    """Staff opened the account that staff had closed."""


class PasswordResetForced(Event, frozen=True, kw_only=True, kind="admin.password_reset_forced"):
    """Staff removed the password; its owner sets a new one with an email."""


class ExportFetched(Event, frozen=True, kw_only=True, kind="admin.export_fetched"):
    """Staff downloaded the copy of a person's data. The event's actor is staff."""

    export: str
