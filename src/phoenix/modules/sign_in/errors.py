"""Errors of signing in and signing up."""

from __future__ import annotations

from phoenix.kernel.errors import Conflict, Forbidden, NotSignedIn


class WrongCredentials(NotSignedIn):
    """Writes of a wrong attempt, such as an email to the owner, are committed."""

    code, title = "wrong_credentials", "Sign-in failed"
    keeps_changes = True
    shows_form = True


class SecondFactorRequired(NotSignedIn):
    """The first factor was right. Send `challenge` back with the second; `methods` are the ones this account has."""

    code, title = "second_factor_required", "Two-step verification required"
    keeps_changes = True
    keeps_spent = True

    def __init__(self, detail: str, *, challenge: str, methods: list[str]) -> None:
        super().__init__(detail)
        self.challenge, self.methods = challenge, methods
        self.extra = {"challenge": challenge, "methods": methods}


class AccountLocked(Forbidden):
    """Shown only to someone who has authenticated as the account's owner."""

    code, title = "account_locked", "Account locked"
    shows_form = True


class AddressNotVerified(Forbidden):
    """Shown only to someone who knows the password of the sign-up."""

    keeps_changes = True
    code, title = "email_not_verified", "Address not confirmed"

    def __init__(self, detail: str, *, sign_up: str) -> None:
        super().__init__(detail)
        self.sign_up = sign_up


class SetUpAlready(Conflict):
    code, title = "already_set_up", "Phoenix already has an administrator"
