"""Errors of accounts."""

from __future__ import annotations

from phoenix.kernel.errors import Conflict, InvalidInput


class AddressTaken(Conflict):
    code, title = "address_taken", "This address can't be used"


class WrongCode(InvalidInput):
    """A code or link that is wrong, used or expired. The attempt stays counted."""

    code, title = "wrong_code", "This code or link isn't valid"
    keeps_changes = True


class LastSignInMethod(Conflict):
    """The account would be left without a sign-in method."""

    code, title = "last_way_in", "This is your only sign-in method"
