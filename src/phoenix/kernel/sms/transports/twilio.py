"""Twilio's API as what carries text messages (2010-04-01, `POST /Accounts/{AccountSid}/Messages.json`)."""

from __future__ import annotations

from typing import Any

import httpx

from phoenix.kernel.errors import Unavailable
from phoenix.kernel.security.http_client import HttpClient, HttpClientError
from phoenix.kernel.sms.message import OutgoingSms
from phoenix.kernel.sms.transports.transport import SmsRefused, SmsUnsure
from phoenix.settings import SmsSettings

CREATED, BAD_REQUEST, NOT_FOUND, BUSY, FAILING = 201, 400, 404, 429, 500
# About us or the moment, whatever the status: credentials, too many at once, a full queue, a trial, no sender that is ready.
NOT_ABOUT_THE_MESSAGE = frozenset({20003, 20005, 20404, 20429, 14107, 21602, 21603, 21606, 21611, 21659, 21660, 21703, 30001, 30002})
OPTED_OUT = frozenset({21610})
# The number does not exist, cannot get text messages, or is one that we may not or would not want to write to.
NUMBER = frozenset({21211, 21214, 21217, 21265, 21266, 21408, 21421, 21604, 21612, 21614, 21635, 30003, 30005, 30006})


class TwilioTransport:
    """Twilio, at the address of the settings. It is signed in to with an API key, or else with the token of the account."""

    name = "twilio"

    def __init__(self, settings: SmsSettings, http: HttpClient) -> None:
        self._url = f"{settings.twilio_url.rstrip('/')}/2010-04-01/Accounts/{settings.twilio_account}/Messages.json"
        self._auth = (
            (settings.twilio_key, settings.twilio_secret) if settings.twilio_key else (settings.twilio_account, settings.twilio_token)
        )
        self._sender = {"MessagingServiceSid" if settings.sender.startswith("MG") else "From": settings.sender}
        self._http = http

    async def carry(self, sms: OutgoingSms) -> str:
        """As SmsTransport says."""
        form = {"To": sms.to, "Body": sms.text, **self._sender, **({"StatusCallback": sms.reports} if sms.reports else {})}
        try:
            status, answer = await self._http.post(self._url, form, auth=self._auth)
        except HttpClientError as error:
            if isinstance(error.__cause__, httpx.ConnectError | httpx.ConnectTimeout):
                raise Unavailable(f"Twilio is not responding ({error}).") from error
            raise SmsUnsure(f"Twilio didn't say whether it took the message ({error}).") from error
        if status == CREATED:
            return _text(answer, "sid")
        code = _code(answer)
        if status not in {BAD_REQUEST, NOT_FOUND} or code in NOT_ABOUT_THE_MESSAGE or not code:
            raise Unavailable(f"Twilio refused the message (status {status}, code {code}).")
        raise SmsRefused(f"Twilio permanently refused the message (status {status}, code {code}).", reason=why(code), code=code)


def why(code: int) -> str:
    """Why a message is refused or not delivered, by the code of Twilio, as a word for the log."""
    return "opted_out" if code in OPTED_OUT else "number" if code in NUMBER else "refused"


def _text(answer: Any, name: str) -> str:
    found = answer.get(name) if isinstance(answer, dict) else None
    return found if isinstance(found, str) else ""


def _code(answer: Any) -> int:
    """The code of an error. Its message is not read: it can name the number."""
    found = answer.get("code") if isinstance(answer, dict) else None
    return found if isinstance(found, int) else 0
