"""Why accounts refuse."""

from __future__ import annotations

from phoenix.kernel.errors import Conflict, InvalidInput


class AddressTaken(Conflict):
    code, title = "address_taken", "This address can't be used"


class WrongCode(InvalidInput):
    """A code or link that is wrong, used or too old. The try it cost stays counted."""

    code, title = "wrong_code", "This code or link isn't valid"
    keeps_changes = True


class LastSignInMethod(Conflict):
    """Nobody could sign in to the account any more."""

    code, title = "last_way_in", "This is your only sign-in method"
