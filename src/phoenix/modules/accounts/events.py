"""What happens to accounts."""

from __future__ import annotations

from phoenix.kernel.data.events import Event


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


class AccountSlowedDown(Event, frozen=True, kw_only=True, kind="accounts.slowed_down"):
    """So many wrong tries that the next must wait. The subject is the account."""

    failures: int


class AccountUnlocked(Event, frozen=True, kw_only=True, kind="accounts.unlocked"):
    """Its owner may try again at once. The subject is the account; `by` is mail or staff."""

    by: str


class AccountLockedByStaff(Event, frozen=True, kw_only=True, kind="accounts.locked"):
    """Staff closed the account until they open it again. The subject is the account."""

    reason: str


class AccountOpenedByStaff(Event, frozen=True, kw_only=True, kind="accounts.opened"):
    """Staff opened the account that staff had closed. The subject is the account."""


class PasswordTakenByStaff(Event, frozen=True, kw_only=True, kind="accounts.password_taken"):
    """Staff ended the password; its owner sets a new one by mail. The subject is the account."""


class NewDeviceSeen(Event, frozen=True, kw_only=True, kind="accounts.new_device"):
    """A session began on a device the account had not used before. The subject is the account."""

    session: str


class SecondFactorAdded(Event, frozen=True, kw_only=True, kind="accounts.second_factor_added"):
    """From now on a second factor is asked for. The subject is the account."""

    factor: str


class SecondFactorRemoved(Event, frozen=True, kw_only=True, kind="accounts.second_factor_removed"):
    """A second factor is gone. The subject is the account."""

    factor: str


class BackupCodesMade(Event, frozen=True, kw_only=True, kind="accounts.backup_codes_made"):
    """There are ten new backup codes. The subject is the account."""


class BackupCodeUsed(Event, frozen=True, kw_only=True, kind="accounts.backup_code_used"):
    """A backup code stood in for the authenticator app. The subject is the account."""

    left: int


class IdentityProven(Event, frozen=True, kw_only=True, kind="accounts.identity_proven"):
    """The person of a session showed again that they are there. The subject is the account."""

    session: str
    method: str


class PasswordChanged(Event, frozen=True, kw_only=True, kind="accounts.password_changed"):
    """A person changed their password. The subject is the account."""


class AddressChanged(Event, frozen=True, kw_only=True, kind="accounts.address_changed"):
    """A new address was proven and is the account's from now on. The subject is the account."""


class PasskeyAdded(Event, frozen=True, kw_only=True, kind="accounts.passkey_added"):
    """The subject is the account."""

    passkey: str


class PasskeyRemoved(Event, frozen=True, kw_only=True, kind="accounts.passkey_removed"):
    """The subject is the account."""

    passkey: str


class PasskeyDoubted(Event, frozen=True, kw_only=True, kind="accounts.passkey_doubted"):
    """A passkey was refused since it may have been copied: its count of uses did not rise. The subject is the account."""

    passkey: str


class IdentityConnected(Event, frozen=True, kw_only=True, kind="accounts.identity_connected"):
    """An account can be entered by an identity provider from now on. The subject is the account."""

    provider: str


class IdentityDisconnected(Event, frozen=True, kw_only=True, kind="accounts.identity_disconnected"):
    """The subject is the account."""

    provider: str


class ServiceAccountMade(Event, frozen=True, kw_only=True, kind="accounts.service_account_made"):
    """An account for a program. The subject is the account."""


class ApiKeyMade(Event, frozen=True, kw_only=True, kind="accounts.api_key_made"):
    """The subject is the account the key acts for."""

    key: str
    scopes: list[str]


class ApiKeyRevoked(Event, frozen=True, kw_only=True, kind="accounts.api_key_revoked"):
    """The subject is the account the key acted for."""

    key: str


class SigningKeysRotated(Event, frozen=True, kw_only=True, kind="accounts.signing_keys_rotated"):
    """Another key signs access tokens. The subject is its id."""


class SigningKeyRevoked(Event, frozen=True, kw_only=True, kind="accounts.signing_key_revoked"):
    """What a key signed is not believed any more. The subject is its id."""


class ExportAsked(Event, frozen=True, kw_only=True, kind="accounts.export_asked"):
    """A person asked for all that is kept of them. The subject is the account."""

    export: str


class ExportFetchedByStaff(Event, frozen=True, kw_only=True, kind="accounts.export_fetched_by_staff"):
    """Staff fetched the copy of a person's data. The subject is the account; the event's actor is staff."""

    export: str


class DeletionAsked(Event, frozen=True, kw_only=True, kind="accounts.deletion_asked"):
    """A person asked that their account be deleted. The subject is the account."""


class DeletionCancelled(Event, frozen=True, kw_only=True, kind="accounts.deletion_cancelled"):
    """The person keeps their account. The subject is the account."""


class AccountErased(Event, frozen=True, kw_only=True, kind="accounts.erased"):
    """Nothing of the person is left but the number of the account. The subject is the account."""


class Impersonated(Event, frozen=True, kw_only=True, kind="accounts.impersonated"):
    """Staff began to look through a person's eyes, for so many minutes. The subject is the account; the event's actor is staff."""

    session: str
    reason: str
    minutes: int
    writes: bool


class ImpersonationEnded(Event, frozen=True, kw_only=True, kind="accounts.impersonation_ended"):
    """It ended before its time. The subject is the account."""

    session: str
    staff: str
    reason: str


class PermissionTaken(Event, frozen=True, kw_only=True, kind="accounts.permission_taken"):
    """An account may no longer do something on the whole platform. The subject is the account."""

    permission: str


ALL: tuple[type[Event], ...] = (
    AccountCreated,
    LoggedIn,
    SessionEnded,
    ProfileChanged,
    PasswordReset,
    PermissionGranted,
    AccountSlowedDown,
    AccountUnlocked,
    AccountLockedByStaff,
    AccountOpenedByStaff,
    PasswordTakenByStaff,
    NewDeviceSeen,
    SecondFactorAdded,
    SecondFactorRemoved,
    BackupCodesMade,
    BackupCodeUsed,
    IdentityProven,
    PasswordChanged,
    AddressChanged,
    PasskeyAdded,
    PasskeyRemoved,
    PasskeyDoubted,
    IdentityConnected,
    IdentityDisconnected,
    ServiceAccountMade,
    ApiKeyMade,
    ApiKeyRevoked,
    SigningKeysRotated,
    SigningKeyRevoked,
    ExportAsked,
    ExportFetchedByStaff,
    DeletionAsked,
    DeletionCancelled,
    AccountErased,
    Impersonated,
    ImpersonationEnded,
    PermissionTaken,
)
