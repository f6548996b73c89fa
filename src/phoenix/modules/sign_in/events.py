"""Events of passwords and addresses. The subject is the account."""

from __future__ import annotations

from phoenix.kernel.data.events import Event


class PasswordReset(Event, frozen=True, kw_only=True, kind="sign_in.password_reset"):
    """A new password was set with a code or link from an email."""


class PasswordChanged(Event, frozen=True, kw_only=True, kind="sign_in.password_changed"):
    """A person who was signed in set a new password."""


class AddressChanged(Event, frozen=True, kw_only=True, kind="sign_in.address_changed"):
    """A new address was verified, and is now the account's."""
