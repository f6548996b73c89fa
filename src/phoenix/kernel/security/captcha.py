"""An optional CAPTCHA against automated requests: Turnstile, hCaptcha or reCAPTCHA.

All three have the same interface: a form with the secret, the answer and the client's address, and `success` in JSON.
"""

from __future__ import annotations

from collections.abc import Mapping

import httpx
import msgspec
import structlog

from phoenix.kernel.errors import FieldError, InvalidInput
from phoenix.kernel.language import _
from phoenix.settings import AccountSettings

log = structlog.get_logger(__name__)

SECONDS = 5.0
# The form field in which each widget puts its answer.
FIELDS = ("cf-turnstile-response", "h-captcha-response", "g-recaptcha-response")


class Verdict(msgspec.Struct):
    success: bool = False


class Captcha:
    """Checks answers. Without an address, no CAPTCHA is required."""

    def __init__(self, settings: AccountSettings, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._settings = settings
        self._transport = transport

    @property
    def is_on(self) -> bool:
        return bool(self._settings.captcha_check)

    async def require(self, answer: str, address: str) -> None:
        """Raises InvalidInput on a missing or wrong answer.

        While the service cannot be reached, people are let through: the limits by address and account still apply.
        """
        if not self.is_on:
            return
        if not answer:
            raise InvalidInput(errors=(FieldError("captcha", "missing", _("Complete the CAPTCHA.")),))
        sent = {"secret": self._settings.captcha_secret, "response": answer[:4000], "remoteip": address}
        try:
            async with httpx.AsyncClient(timeout=SECONDS, transport=self._transport) as client:
                found = await client.post(self._settings.captcha_check, data=sent)
                found.raise_for_status()
                verdict = msgspec.json.decode(found.content, type=Verdict)
        except (httpx.HTTPError, msgspec.DecodeError) as error:
            log.warning("captcha_check_failed", reason=type(error).__name__)
            return
        if not verdict.success:
            raise InvalidInput(errors=(FieldError("captcha", "wrong", _("The CAPTCHA was not accepted. Try again.")),))


def answer_in(form: Mapping[str, str]) -> str:
    """The answer in a form, from whichever of the three widgets."""
    return next((form[name] for name in FIELDS if form.get(name)), "")
