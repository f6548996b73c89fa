"""Events of the factors that protect an account. The subject is the account."""

from __future__ import annotations

from typing import Literal

from phoenix.kernel.data.events import Event


class SignInPaused(Event, frozen=True, kw_only=True, kind="factors.sign_in_paused"):
    """Sign-in was paused after too many wrong attempts."""

    failures: int


class SignInResumed(Event, frozen=True, kw_only=True, kind="factors.sign_in_resumed"):
    """The owner of the account can try again at once. `by` is `mail` or `staff`."""

    by: Literal["mail", "staff"]


class SecondFactorAdded(Event, frozen=True, kw_only=True, kind="factors.second_factor_added"):
    """A second factor was set up and is now required."""

    factor: Literal["totp"]


class SecondFactorRemoved(Event, frozen=True, kw_only=True, kind="factors.second_factor_removed"):
    """A second factor was removed."""

    factor: Literal["totp"]


class BackupCodesCreated(Event, frozen=True, kw_only=True, kind="factors.backup_codes_created"):
    """Ten new backup codes were created."""


class BackupCodeUsed(Event, frozen=True, kw_only=True, kind="factors.backup_code_used"):
    """A backup code was used instead of the authenticator app."""

    left: int


class PasskeyAdded(Event, frozen=True, kw_only=True, kind="factors.passkey_added"):
    passkey: str


class PasskeyRemoved(Event, frozen=True, kw_only=True, kind="factors.passkey_removed"):
    passkey: str


class PasskeyRefused(Event, frozen=True, kw_only=True, kind="factors.passkey_refused"):
    """A passkey was refused because it may have been copied: its use counter did not increase."""

    passkey: str
