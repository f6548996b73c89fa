"""Sends text messages, no faster than the provider takes them."""

from __future__ import annotations

from phoenix.kernel.cache.limits import MINUTE, Limit, Limiter
from phoenix.kernel.errors import Unavailable
from phoenix.kernel.sms.message import OutgoingSms
from phoenix.kernel.sms.transports import SmsTransport


class Texter:
    """What sends text messages in a process. `rate` is how many a minute the provider is given, by all processes together."""

    def __init__(self, transport: SmsTransport | None, limiter: Limiter, rate: int) -> None:
        self._transport = transport
        self._limiter = limiter
        self._rate = rate

    async def send(self, sms: OutgoingSms) -> str:
        """Send a message. Returns the id that the provider gave it. Raises what SmsTransport says, and Unavailable before anything is sent if
        the provider has been given enough for now, or there is none."""
        if self._transport is None:
            raise Unavailable("Nothing sends text messages. Set PHOENIX_TWILIO_ACCOUNT.")
        decision = await self._limiter.hit(Limit(f"sms {self._transport.name}", self._rate, MINUTE), "")
        if not decision.allowed:
            raise Unavailable("The provider of text messages has been given enough for now.", retry_after=decision.reset)
        return await self._transport.carry(sms)
