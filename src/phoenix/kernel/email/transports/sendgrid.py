"""SendGrid's API as what carries emails (v3, `POST /v3/mail/send`)."""

from __future__ import annotations

from typing import Any

import msgspec

from phoenix.kernel.email.message import OutgoingEmail
from phoenix.kernel.email.transports.transport import CannotCarryError
from phoenix.kernel.errors import PermanentFailure, Unavailable
from phoenix.kernel.security.http_client import HttpClient, HttpClientError

ACCEPTED = 202
# About this email: malformed, or too large. Anything else, such as a key that was revoked (401, 403) or too many (429), is not.
ABOUT_THE_EMAIL = frozenset({400, 413})
# What SendGrid takes from elsewhere in the request, and refuses among the headers.
OWN = frozenset({"Date"})
REFERENCE_FIELD = "phoenix_email"


class SendGridTransport:
    """SendGrid at an address such as https://api.sendgrid.com, or https://api.eu.sendgrid.com."""

    name = "sendgrid"

    def __init__(self, url: str, key: str, http: HttpClient) -> None:
        self._url = f"{url.rstrip('/')}/v3/mail/send"
        self._key = key
        self._http = http

    async def carry(self, email: OutgoingEmail) -> None:
        """As EmailTransport says. SendGrid takes no address whose part before @ has letters beyond ASCII."""
        if email.to.needs_smtputf8:
            raise CannotCarryError("SendGrid doesn't support addresses in this script.")
        try:
            status = await self._http.post_json(
                self._url, msgspec.json.encode(_body(email)), headers={"Authorization": f"Bearer {self._key}"}
            )
        except HttpClientError as error:
            raise Unavailable(f"SendGrid is not responding ({error}).") from error
        if status in ABOUT_THE_EMAIL:
            raise PermanentFailure(f"SendGrid permanently refused the email (status {status}).")
        if status != ACCEPTED:
            raise Unavailable(f"SendGrid refused the email (status {status}).")

    async def close(self) -> None:
        """As EmailTransport says: its client belongs to the process."""


def _body(email: OutgoingEmail) -> dict[str, Any]:
    sender = {"email": email.sender_address} | ({"name": email.sender_name} if email.sender_name else {})
    return {
        "personalizations": [{"to": [{"email": email.to.envelope}]}],
        "from": sender,
        "subject": email.mail.subject,
        "content": [{"type": "text/plain", "value": email.mail.text}, {"type": "text/html", "value": email.mail.html}],
        "headers": {name: value for name, value in email.headers.items() if name not in OWN},
        # Its links lead to us, not to a server that counts who opens them.
        "tracking_settings": {"click_tracking": {"enable": False}, "open_tracking": {"enable": False}},
        # It is among what SendGrid reports of the email (Event Webhook: unique arguments).
        **({"custom_args": {REFERENCE_FIELD: email.mail.reference}} if email.mail.reference else {}),
    }
