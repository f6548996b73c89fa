"""Why factors refuse."""

from __future__ import annotations

from phoenix.kernel.errors import Conflict, InvalidInput


class NoSecondFactor(Conflict):
    code, title = "no_second_factor", "There is no such second factor"


class SecondFactorExists(Conflict):
    code, title = "second_factor_there", "There is one already"


class WrongPasskey(InvalidInput):
    """A passkey that is unknown here, or whose answer does not verify. The challenge it answered stays used."""

    code, title = "wrong_passkey", "That passkey does not work"
    keeps_changes = True


class PasskeysElsewhere(Conflict):
    code, title = "passkeys_elsewhere", "Passkeys do not work at this address"
    shows_form = True


class TooManyPasskeys(Conflict):
    code, title = "too_many_passkeys", "There are too many passkeys"
    shows_form = True
