"""Why accounts refuse."""

from __future__ import annotations

from phoenix.kernel.errors import Conflict, Forbidden, InvalidInput, NotSignedIn, Unavailable


class WrongCredentials(NotSignedIn):
    """What a wrong try leaves behind, such as a mail to the owner, stays."""

    code, title = "wrong_credentials", "The address or the password is wrong"
    keeps_changes = True
    shows_form = True


class SecondFactorRequired(NotSignedIn):
    """The first factor was right. `challenge` goes back with the second; `methods` are the ones this account has."""

    code, title = "second_factor_required", "One step more"
    keeps_changes = True

    def __init__(self, detail: str, *, challenge: str, methods: list[str]) -> None:
        super().__init__(detail)
        self.challenge, self.methods = challenge, methods
        self.extra = {"challenge": challenge, "methods": methods}


class AccountLocked(Forbidden):
    """Told only to who proved to be its owner."""

    code, title = "account_locked", "This account is locked"
    shows_form = True


class NoSecondFactor(Conflict):
    code, title = "no_second_factor", "There is no such second factor"


class SecondFactorThere(Conflict):
    code, title = "second_factor_there", "There is one already"


class AddressTaken(Conflict):
    code, title = "address_taken", "This address cannot be used"


class AddressNotProven(Forbidden):
    """Told only to who knows the password of the sign-up."""

    keeps_changes = True
    code, title = "email_not_verified", "Your address is not confirmed yet"

    def __init__(self, detail: str, *, sign_up: str) -> None:
        super().__init__(detail)
        self.sign_up = sign_up


class WrongProof(InvalidInput):
    """A code or link that is wrong, spent or too old. The try it cost stays spent."""

    code, title = "wrong_code", "That code or link does not work"
    keeps_changes = True


class WrongPasskey(InvalidInput):
    """A passkey that is unknown here, or an answer of one that does not hold. What it was asked with stays spent."""

    code, title = "wrong_passkey", "That passkey does not work"
    keeps_changes = True


class PasskeysElsewhere(Conflict):
    code, title = "passkeys_elsewhere", "Passkeys do not work at this address"
    shows_form = True


class TooManyPasskeys(Conflict):
    code, title = "too_many_passkeys", "There are too many passkeys"
    shows_form = True


class TooManyApiKeys(Conflict):
    code, title = "too_many_api_keys", "There are too many API keys"
    shows_form = True


class LastWayIn(Conflict):
    code, title = "last_way_in", "Nothing else opens your account"
    shows_form = True


class RefreshRefused(NotSignedIn):
    """A refresh token that is unknown, or was used before: then its session is over."""

    code, title = "refresh_refused", "Log in again"
    keeps_changes = True


class SetUpAlready(Conflict):
    code, title = "already_set_up", "Phoenix has its first administrator already"


class ProviderRefused(InvalidInput):
    """An identity provider said no, or said something that cannot be believed."""

    code, title = "provider_refused", "Signing in there did not work"


class ProviderDown(Unavailable):
    code, title = "provider_down", "That provider does not answer"
    shows_form = True


class AddressNotVerifiedThere(Forbidden):
    """The provider does not vouch for an address, so it opens nothing here."""

    code, title = "email_not_verified_there", "Your address is not confirmed there"
    shows_form = True


class IdentityTaken(Conflict):
    code, title = "identity_taken", "That account elsewhere belongs to another account here"
