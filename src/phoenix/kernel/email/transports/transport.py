"""What carries an email out of Phoenix."""

from __future__ import annotations

from typing import Protocol

from phoenix.kernel.email.message import OutgoingEmail


class EmailTransport(Protocol):
    """Carries emails, one at a time. `name` is for the log."""

    name: str

    async def carry(self, email: OutgoingEmail) -> None:
        """Hand over an email.

        Raises Unavailable if trying again, or another transport, can help; PermanentFailure if this email is refused for ever.
        """
