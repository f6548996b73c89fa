"""Receiving email by SMTP (RFC 5321, with SMTPUTF8 of RFC 6531) on loopback, and text messages in the same way."""

from __future__ import annotations

import asyncio
import email
import email.policy
from email.message import EmailMessage, MIMEPart

from aiosmtpd.smtp import SMTP, Envelope, Session

from phoenix.embedded.mailbox.store import Mailbox
from phoenix.kernel.clock import Clock
from phoenix.kernel.sms.message import is_number
from phoenix.kernel.sms.transports.mailbox import HEADER as SMS

LARGEST = 25 * 1024 * 1024
LONGEST_SOURCE = 1_000_000


class Receiver:
    """Stores what the SMTP server receives. The sender gets 250 only after the message is stored."""

    def __init__(self, mailbox: Mailbox, clock: Clock) -> None:
        self._mailbox = mailbox
        self._clock = clock

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        await asyncio.to_thread(self._keep, content, envelope.rcpt_tos)
        return "250 Stored in the local mailbox"

    def _keep(self, content: bytes, recipients: list[str]) -> None:
        message = email.message_from_bytes(content, policy=email.policy.default)
        # A text message names its number in a header, since that is no address.
        number = _header(message, SMS)
        self._mailbox.add(
            [number] if is_number(number) else recipients,
            sender=_header(message, "From"),
            subject=_header(message, "Subject"),
            text=_body(message, "plain"),
            html=_body(message, "html"),
            source=content[:LONGEST_SOURCE].decode(errors="replace"),
            at=self._clock.now(),
        )


async def serve(receiver: Receiver, port: int) -> asyncio.Server:
    """Listen on loopback. Raises OSError if the port is taken."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(
        lambda: SMTP(receiver, hostname="localhost", ident="Phoenix mailbox", data_size_limit=LARGEST, enable_SMTPUTF8=True, loop=loop),
        "127.0.0.1",
        port,
    )


def _header(message: EmailMessage, name: str) -> str:
    return str(message.get(name, ""))


def _body(message: EmailMessage, kind: str) -> str:
    """The text of the preferred part of this kind. An email in an unknown character set is shown as well as possible."""
    part = message.get_body((kind,))
    if not isinstance(part, MIMEPart):
        return ""
    try:
        return str(part.get_content()).replace("\r\n", "\n")
    except (LookupError, UnicodeError):
        payload = part.get_payload(decode=True)
        return payload.decode("latin-1") if isinstance(payload, bytes) else ""
