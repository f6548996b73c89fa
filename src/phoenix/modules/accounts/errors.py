"""Why accounts refuse."""

from __future__ import annotations

from phoenix.kernel.errors import Conflict, Forbidden, InvalidInput, NotLoggedIn


class WrongCredentials(NotLoggedIn):
    code, title = "wrong_credentials", "The address or the password is wrong"


class AddressNotProven(Forbidden):
    """Told only to who knows the password."""

    code, title = "email_not_verified", "Your address is not confirmed yet"


class WrongProof(InvalidInput):
    """A code or link that is wrong, spent or too old. The try it cost stays spent."""

    code, title = "wrong_code", "That code or link does not work"
    keeps_changes = True


class RefreshRefused(NotLoggedIn):
    """A refresh token that is unknown, or was used before: then its session is over."""

    code, title = "refresh_refused", "Log in again"
    keeps_changes = True


class SetUpAlready(Conflict):
    code, title = "already_set_up", "Phoenix has its first administrator already"
