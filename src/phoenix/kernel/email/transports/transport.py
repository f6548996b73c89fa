"""What carries an email out of Phoenix."""

from __future__ import annotations

from typing import Protocol

from phoenix.kernel.email.message import OutgoingEmail
from phoenix.kernel.errors import PermanentFailure


class CannotCarryError(PermanentFailure):
    """This transport cannot carry the email, but another may: it has no way to write to the address."""


class RecipientRefused(PermanentFailure):
    """The address of the recipient does not exist, or accepts no email: nothing else will reach it either."""


class EmailTransport(Protocol):
    """Carries emails, one at a time. `name` is for the log."""

    name: str

    async def carry(self, email: OutgoingEmail) -> None:
        """Hand over an email.

        Raises Unavailable if trying again, or another transport, can help; CannotCarryError if only another transport can;
        RecipientRefused if the address accepts no email, and PermanentFailure if only this email is refused for ever.
        """

    async def close(self) -> None:
        """End connections that are open."""
