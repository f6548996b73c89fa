"""A mail server as what carries emails."""

from __future__ import annotations

import ssl
from urllib.parse import unquote, urlsplit

import aiosmtplib

from phoenix.kernel.email.message import OutgoingEmail
from phoenix.kernel.email.transports.transport import CannotCarryError
from phoenix.kernel.errors import PermanentFailure, Unavailable

PERMANENT = 500
# About how we signed in to the server (RFC 4954), which whoever runs it can mend: the email itself is not refused.
NOT_SIGNED_IN = frozenset({530, 534, 535, 538})
SEND_SECONDS = 30
LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})


class SmtpTransport:
    """A mail server, by SMTP (RFC 5321) at a URL such as smtp://user:password@host:587, or smtps:// for TLS from the first byte."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)
        self.name = f"smtp {self._url.hostname}"

    async def carry(self, email: OutgoingEmail) -> None:
        """As EmailTransport says. SMTPUTF8 (RFC 6531) is used only where the address needs it."""
        try:
            await self._deliver(email, email.to.display)
        except aiosmtplib.SMTPNotSupported as error:
            # A server without SMTPUTF8 can still reach a domain in another script by its ASCII form.
            if email.to.needs_smtputf8:
                raise CannotCarryError("The mail server doesn't support addresses in this script.") from error
            await self._deliver(email, email.to.envelope)

    async def _deliver(self, email: OutgoingEmail, to: str) -> None:
        secure = self._url.scheme == "smtps"
        # A local server needs no TLS. Any other must offer it, or nothing is sent.
        starttls = None if secure or self._url.hostname in LOCAL else True
        try:
            await aiosmtplib.send(
                email.message(to),
                sender=email.sender_address,
                recipients=[to],
                hostname=self._url.hostname or "127.0.0.1",
                port=self._url.port or (465 if secure else 587),
                username=unquote(self._url.username) if self._url.username else None,
                password=unquote(self._url.password) if self._url.password else None,
                use_tls=secure,
                start_tls=starttls,
                tls_context=ssl.create_default_context() if secure or starttls else None,
                timeout=SEND_SECONDS,
            )
        except aiosmtplib.SMTPNotSupported:
            raise
        except (aiosmtplib.SMTPException, OSError) as error:
            if code := _permanent_code(error):
                raise PermanentFailure(f"The mail server permanently refused the email (code {code}).") from error
            raise Unavailable(f"The mail server refused the email or is not responding ({type(error).__name__}).") from error


def _permanent_code(error: Exception) -> int:
    """The code of a permanent refusal of this email (RFC 5321, 4.2.1: 500 to 599), or 0. A wrong password is not about the email."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        error = error.recipients[0]
    about_it = (aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError)
    if not isinstance(error, about_it) or error.code in NOT_SIGNED_IN:
        return 0
    return error.code if PERMANENT <= error.code < PERMANENT + 100 else 0
