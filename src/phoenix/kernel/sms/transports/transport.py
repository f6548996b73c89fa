"""What carries a text message out of Phoenix."""

from __future__ import annotations

from typing import Protocol

from phoenix.kernel.errors import PermanentFailure, Unavailable
from phoenix.kernel.sms.message import OutgoingSms


class SmsRefused(PermanentFailure):
    """The provider refuses this message for ever. `reason` is why: `opted_out`, `number`, `budget`, or `refused` for anything else."""

    def __init__(self, message: str, *, reason: str = "refused", code: int = 0) -> None:
        super().__init__(message)
        self.reason = reason
        self.code = code


class SmsUnsure(Unavailable):
    """The provider was asked, but did not say whether it took the message: trying again can send it twice."""


class SmsTransport(Protocol):
    """Carries text messages, one at a time. `name` is for the log, and for the limit of the provider."""

    name: str

    async def carry(self, sms: OutgoingSms) -> str:
        """Hand over a message. Returns the id that the provider gave it.

        Raises SmsRefused; Unavailable if the provider did not take it and trying again can help; SmsUnsure if it may have taken it.
        """
