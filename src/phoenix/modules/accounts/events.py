"""What happens to accounts."""

from __future__ import annotations

from phoenix.kernel.events import Event


class AccountCreated(Event, frozen=True, kw_only=True, kind="accounts.created"):
    """Somebody proved an address and has an account from now on. The subject is the account."""


class LoggedIn(Event, frozen=True, kw_only=True, kind="accounts.logged_in"):
    """A session began. The subject is the account."""

    session: str
    method: str


class SessionEnded(Event, frozen=True, kw_only=True, kind="accounts.session_ended"):
    """A session was ended before its time. The subject is the account."""

    session: str
    reason: str


class ProfileChanged(Event, frozen=True, kw_only=True, kind="accounts.profile_changed"):
    """A profile was changed. The subject is the account."""

    fields: list[str]


class PasswordReset(Event, frozen=True, kw_only=True, kind="accounts.password_reset"):
    """A password was set anew by the proof of an address. The subject is the account."""


class PermissionGranted(Event, frozen=True, kw_only=True, kind="accounts.permission_granted"):
    """An account may do something on the whole platform. The subject is the account."""

    permission: str
