"""The emails of sign-in, and the payloads of their jobs. Job records hold ids, never an address.

They have priority, since people are waiting for them with the page open.
"""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.data.jobs import JobKind
from phoenix.kernel.email.mailer import EMAIL_ATTEMPTS, Asker
from phoenix.modules.accounts.actions.email_verification import CODE_LIVES, LINK_LIVES

FIRST = 10
# Whoever asked for an email has given up by then: later it would only be a code out of nowhere.
WITH_CODE, WITH_LINK = CODE_LIVES.total_seconds(), LINK_LIVES.total_seconds()


class Owner(Struct, frozen=True):
    """The account to email; None for an unknown address, so that a request for it costs the same."""

    account: str | None
    asked_by: str = ""
    """A pseudonym of the network or device, or the ID of the session or account, that caused it."""
    known: bool = False
    """Whether that is a session or a device of this account."""
    destination: str = ""
    """Where they were going, sealed."""

    @property
    def asker(self) -> Asker:
        return Asker((self.asked_by,), self.known)


class PendingSignUp(Struct, frozen=True):
    """The sign-up to verify; None if there is none, so that a request for it costs the same."""

    sign_up: str | None
    asked_by: str = ""

    @property
    def asker(self) -> Asker:
        return Asker((self.asked_by,))


class FormerAddress(Struct, frozen=True):
    """An account and the address it had before, sealed."""

    account: str
    old: str


SEND_VERIFICATION = JobKind("sign_in.send_verification", PendingSignUp, priority=FIRST, attempts=EMAIL_ATTEMPTS)
SEND_ALREADY_REGISTERED = JobKind("sign_in.send_already_registered", Owner, priority=FIRST, attempts=EMAIL_ATTEMPTS, within=WITH_LINK)
SEND_PASSWORD_RESET = JobKind("sign_in.send_password_reset", Owner, priority=FIRST, attempts=EMAIL_ATTEMPTS, within=WITH_LINK)
SEND_FORCED_RESET = JobKind("sign_in.send_forced_reset", Owner, priority=FIRST, attempts=EMAIL_ATTEMPTS)
SEND_SIGN_IN_CODE = JobKind("sign_in.send_sign_in_code", Owner, priority=FIRST, attempts=EMAIL_ATTEMPTS, within=WITH_CODE)
SEND_UNLOCK = JobKind("sign_in.send_unlock", Owner, priority=FIRST, attempts=EMAIL_ATTEMPTS, within=WITH_LINK)
SEND_REAUTHENTICATION_CODE = JobKind("sign_in.send_reauthentication_code", Owner, priority=FIRST, attempts=EMAIL_ATTEMPTS, within=WITH_CODE)
SEND_ADDRESS_CHANGE = JobKind("sign_in.send_address_change", Owner, priority=FIRST, attempts=EMAIL_ATTEMPTS, within=WITH_LINK)
SEND_ADDRESS_CHANGED = JobKind("sign_in.send_address_changed", FormerAddress, priority=FIRST, attempts=EMAIL_ATTEMPTS)
