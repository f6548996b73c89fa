"""The local mailbox as what carries text messages: it gets them as emails with a header that says what they are."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

import aiosmtplib

from phoenix.kernel.errors import Unavailable
from phoenix.kernel.security.crypto import new_token
from phoenix.kernel.sms.message import OutgoingSms

# The header by which the mailbox knows them. It holds the number, which is no email address.
HEADER = "X-Phoenix-Sms"
SECONDS = 5.0
# RFC 2606: nothing else is ever delivered there.
_DOMAIN = "sms.invalid"


class MailboxTransport:
    """The local mailbox on its port."""

    name = "mailbox"

    def __init__(self, port: int) -> None:
        self._port = port

    async def carry(self, sms: OutgoingSms) -> str:
        """As SmsTransport says."""
        sid, message = f"SM{new_token(12)}", EmailMessage(policy=SMTP)
        message[HEADER] = sms.to
        message["From"] = f"phoenix@{_DOMAIN}"
        message["To"] = f"{sms.to.removeprefix('+')}@{_DOMAIN}"
        message.set_content(sms.text)
        try:
            await aiosmtplib.send(message, hostname="127.0.0.1", port=self._port, timeout=SECONDS, start_tls=False)
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Unavailable(f"The local mailbox is not responding ({type(error).__name__}).") from error
        return sid
