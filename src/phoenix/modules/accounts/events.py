"""What happens to accounts. The subject is the account."""

from __future__ import annotations

from phoenix.kernel.data.events import Event


class AccountCreated(Event, frozen=True, kw_only=True, kind="accounts.created"):
    """Someone verified an address and has an account from now on."""


class ProfileChanged(Event, frozen=True, kw_only=True, kind="accounts.profile_changed"):
    """A profile was changed."""

    fields: list[str]


class PermissionGranted(Event, frozen=True, kw_only=True, kind="accounts.permission_granted"):
    """An account may do something on the whole platform."""

    permission: str


class PermissionRemoved(Event, frozen=True, kw_only=True, kind="accounts.permission_removed"):
    """An account may no longer do something on the whole platform."""

    permission: str


class ExportRequested(Event, frozen=True, kw_only=True, kind="accounts.export_requested"):
    """A copy of everything that is held about a person was asked for."""

    export: str


class DeletionRequested(Event, frozen=True, kw_only=True, kind="accounts.deletion_requested"):
    """A person asked for their account to be deleted."""


class DeletionCancelled(Event, frozen=True, kw_only=True, kind="accounts.deletion_cancelled"):
    """A person decided to keep their account."""


class AccountErased(Event, frozen=True, kw_only=True, kind="accounts.erased"):
    """Nothing of the person is left but the id of the account."""
