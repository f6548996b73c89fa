"""A mail server as what carries emails."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import aiosmtplib

from phoenix.kernel.email.dkim import Signer
from phoenix.kernel.email.message import OutgoingEmail
from phoenix.kernel.email.recipients import is_about_address
from phoenix.kernel.email.transports.smtp_connections import CLOSING, ConnectionEnded, SmtpConnections
from phoenix.kernel.email.transports.transport import CannotCarryError, RecipientRefused
from phoenix.kernel.errors import PermanentFailure, Unavailable

PERMANENT = 500
# About how we signed in to the server (RFC 4954), which whoever runs it can mend: the email itself is not refused.
NOT_SIGNED_IN = frozenset({530, 534, 535, 538})
# RFC 3463, at the beginning of a reply (RFC 2034).
_STATUS = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})(?!\S)")
_LINE_BREAK = re.compile(rb"\r\n|\r|\n")


class SmtpTransport:
    """A mail server, by SMTP (RFC 5321) at a URL such as smtp://user:password@host:587, or smtps:// for TLS from the first byte."""

    def __init__(self, url: str, signer: Signer | None = None) -> None:
        parts = urlsplit(url)
        self._connections = SmtpConnections(parts)
        self._signer = signer
        self.name = f"smtp {parts.hostname}"

    async def carry(self, email: OutgoingEmail) -> None:
        """As EmailTransport says. SMTPUTF8 (RFC 6531) is used only where the address needs it."""
        try:
            await self._deliver(email, email.to.display)
        except aiosmtplib.SMTPNotSupported as error:
            # A server without SMTPUTF8 can still reach a domain in another script by its ASCII form.
            if email.to.needs_smtputf8:
                raise CannotCarryError("The mail server doesn't support addresses in this script.") from error
            await self._deliver(email, email.to.envelope)

    async def close(self) -> None:
        """As EmailTransport says."""
        await self._connections.close()

    async def _deliver(self, email: OutgoingEmail, to: str) -> None:
        message = _LINE_BREAK.sub(b"\r\n", email.message(to).as_bytes())
        if self._signer is not None:
            message = self._signer.signed(message, email.at)

        async def hand_over(smtp: aiosmtplib.SMTP) -> None:
            await _envelope(smtp, email.sender_address, to, len(message))
            await smtp.data(message)

        try:
            await self._connections.use(hand_over)
        except aiosmtplib.SMTPNotSupported:
            raise
        except (aiosmtplib.SMTPException, OSError) as error:
            if code := _permanent_code(error):
                refused = RecipientRefused if _is_about_address(error) else PermanentFailure
                raise refused(f"The mail server permanently refused the email (code {code}).") from error
            raise Unavailable(f"The mail server refused the email or is not responding ({type(error).__name__}).") from error


async def _envelope(smtp: aiosmtplib.SMTP, sender: str, to: str, size: int) -> None:
    """From whom and to whom. Raises ConnectionEnded where another connection can carry the email."""
    try:
        if smtp.is_ehlo_or_helo_needed:
            await smtp.ehlo()
        utf8 = not to.isascii()
        if utf8 and not smtp.supports_extension("smtputf8"):
            raise aiosmtplib.SMTPNotSupported("The server does not support SMTPUTF8.")
        options = [f"SIZE={size}"] if smtp.supports_extension("size") else []
        if utf8:
            options += ["SMTPUTF8", "BODY=8BITMIME"]
        encoding = "utf-8" if utf8 else "ascii"
        await smtp.mail(sender, options=options, encoding=encoding)
        await smtp.rcpt(to, encoding=encoding)
    except aiosmtplib.SMTPServerDisconnected as error:
        raise ConnectionEnded from error
    except aiosmtplib.SMTPResponseException as error:
        if error.code == CLOSING:
            smtp.close()
            raise ConnectionEnded from error
        raise


def _is_about_address(error: Exception) -> bool:
    if not isinstance(error, aiosmtplib.SMTPRecipientRefused):
        return False
    found = _STATUS.match(error.message)
    return is_about_address(error.code, found[1] if found else "", error.message)


def _permanent_code(error: Exception) -> int:
    """The code of a permanent refusal of this email (RFC 5321, 4.2.1: 500 to 599), or 0. A wrong password is not about the email."""
    about_it = (aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError)
    if not isinstance(error, about_it) or error.code in NOT_SIGNED_IN:
        return 0
    return error.code if PERMANENT <= error.code < PERMANENT + 100 else 0
