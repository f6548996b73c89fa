"""Why accounts refuse."""

from __future__ import annotations

from phoenix.kernel.errors import Conflict, InvalidInput


class AddressTaken(Conflict):
    code, title = "address_taken", "This address cannot be used"


class WrongCode(InvalidInput):
    """A code or link that is wrong, used or too old. The try it cost stays counted."""

    code, title = "wrong_code", "That code or link does not work"
    keeps_changes = True


class LastSignInMethod(Conflict):
    """Nobody could sign in to the account any more."""

    code, title = "last_way_in", "Nothing else opens your account"
    shows_form = True
