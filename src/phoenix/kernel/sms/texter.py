"""Sends text messages, no faster than the provider takes them."""

from __future__ import annotations

import structlog

from phoenix.kernel.cache.limits import HOUR, MINUTE, Limit, Limiter
from phoenix.kernel.errors import Unavailable
from phoenix.kernel.sms.message import OutgoingSms
from phoenix.kernel.sms.transports import SmsRefused, SmsTransport

log = structlog.get_logger(__name__)


class Texter:
    """What sends text messages in a process. `rate` is how many a minute the provider is given, and `a_day` how many in 24 hours, by all
    processes together."""

    def __init__(self, transport: SmsTransport | None, limiter: Limiter, *, rate: int, a_day: int) -> None:
        self._transport = transport
        self._limiter = limiter
        self._rate = Limit(f"sms {transport.name if transport else ''}", rate, MINUTE)
        self._a_day = Limit("sms in a day", a_day, 24 * HOUR)

    async def send(self, sms: OutgoingSms) -> str:
        """Send a message. Returns the id that the provider gave it. Raises what SmsTransport says, and before anything is sent Unavailable if
        the provider has been given enough for now, or there is none, and SmsRefused for the reason `budget` if it was enough for a day."""
        if self._transport is None:
            raise Unavailable("Nothing sends text messages. Set PHOENIX_TWILIO_ACCOUNT.")
        decision = await self._limiter.hit(self._rate, "")
        if not decision.allowed:
            raise Unavailable("The provider of text messages has been given enough for now.", retry_after=decision.reset)
        if not (await self._limiter.hit(self._a_day, "")).allowed:
            log.error("sms_budget_used_up", a_day=self._a_day.amount)
            raise SmsRefused("As many text messages were sent as PHOENIX_SMS_A_DAY says.", reason="budget")
        return await self._transport.carry(sms)
