"""Events of accounts. The subject is the account."""

from __future__ import annotations

from phoenix.kernel.data.events import Event


class AccountCreated(Event, frozen=True, kw_only=True, kind="accounts.created"):
    """Someone verified an address, and their account was created."""


class ProfileChanged(Event, frozen=True, kw_only=True, kind="accounts.profile_changed"):
    """A profile was changed."""

    fields: list[str]


class PermissionGranted(Event, frozen=True, kw_only=True, kind="accounts.permission_granted"):
    """A platform permission was granted to an account."""

    permission: str


class PermissionRemoved(Event, frozen=True, kw_only=True, kind="accounts.permission_removed"):
    """A platform permission was removed from an account."""

    permission: str


class ExportRequested(Event, frozen=True, kw_only=True, kind="accounts.export_requested"):
    """A copy of everything that is held about a person was requested."""

    export: str


class DeletionRequested(Event, frozen=True, kw_only=True, kind="accounts.deletion_requested"):
    """A person requested the deletion of their account."""


class DeletionCancelled(Event, frozen=True, kw_only=True, kind="accounts.deletion_cancelled"):
    """A person cancelled the deletion of their account."""


class DeletionPostponed(Event, frozen=True, kw_only=True, kind="accounts.deletion_postponed"):
    """A deletion was due, but someone has to take over from the person first."""


class AccountErased(Event, frozen=True, kw_only=True, kind="accounts.erased"):
    """The account was erased: only its id is left."""
