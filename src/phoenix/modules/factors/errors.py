"""Errors of factors."""

from __future__ import annotations

from phoenix.kernel.errors import Conflict, InvalidInput


class NoSecondFactor(Conflict):
    code, title = "no_second_factor", "Two-step verification isn't set up"


class SecondFactorExists(Conflict):
    code, title = "second_factor_there", "Already set up"


class WrongPasskey(InvalidInput):
    """A passkey that is unknown, or whose answer cannot be verified. Its challenge stays used."""

    code, title = "wrong_passkey", "Passkey not accepted"
    keeps_changes = True
    keeps_spent = True


class PasskeysElsewhere(Conflict):
    code, title = "passkeys_elsewhere", "Passkeys don't work at this address"


class TooManyPasskeys(Conflict):
    code, title = "too_many_passkeys", "Too many passkeys"
