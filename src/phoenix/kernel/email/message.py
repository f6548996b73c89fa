"""An email as it is rendered, and as it is handed over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from typing import Any

from msgspec import Struct

from phoenix.kernel.i18n.addresses import Address

# What stands between < and >, and is never an encoded word (RFC 2369, RFC 2047) or broken, however long it is.
_AS_IT_IS = frozenset({"message-id", "list-unsubscribe", "list-unsubscribe-post"})


class _Policy(EmailPolicy):
    """How a message is written: some headers as they are, all others folded and encoded as usual."""

    def fold(self, name: str, value: Any) -> str:
        return f"{name}: {value}{self.linesep}" if name.lower() in _AS_IT_IS else super().fold(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        return self.fold(name, value).encode("ascii") if name.lower() in _AS_IT_IS else super().fold_binary(name, value)


# Nothing is left to be encoded again on the way, which would break a signature (RFC 6376, 5.3).
_ASCII = _Policy(linesep="\r\n", cte_type="7bit")
_UTF8 = _ASCII.clone(utf8=True)


class Mail(Struct, frozen=True):
    """A rendered email: subject on one line, plain text, and HTML with inline styles.

    `unsubscribe` is an address that ends such emails by a POST, without signing in (RFC 8058), "" for those that nobody can end.
    What is `essential`, such as a code or a security notice, is also tried for an address that has refused emails. Whoever wants to learn
    what became of it gives it a `reference`, see `message_id.reference_of`.
    """

    subject: str
    text: str
    html: str
    unsubscribe: str = ""
    essential: bool = False
    reference: str = ""


@dataclass(frozen=True, slots=True)
class OutgoingEmail:
    """An email for one address. `sender` is its From header. Its `id` stays the same, however often and by whatever it is handed over."""

    mail: Mail
    sender: str
    to: Address
    at: datetime
    id: str

    @property
    def sender_name(self) -> str:
        return parseaddr(self.sender)[0]

    @property
    def sender_address(self) -> str:
        return parseaddr(self.sender)[1]

    @property
    def headers(self) -> dict[str, str]:
        """What its headers say besides from whom and to whom it is, and what about."""
        named = {"Date": format_datetime(self.at), "Message-ID": self.id, "Auto-Submitted": "auto-generated"}
        if self.mail.unsubscribe:
            named |= {"List-Unsubscribe": f"<{self.mail.unsubscribe}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        return named

    def message(self, to: str) -> EmailMessage:
        """As a message (RFC 5322) to the address in this form. With SMTPUTF8 where the form needs it (RFC 6531)."""
        message = EmailMessage(policy=_UTF8 if not to.isascii() else _ASCII)
        message["From"] = str(HeaderAddress(self.sender_name, addr_spec=self.sender_address)) if self.sender_name else self.sender
        message["To"] = to
        # The policy refuses line breaks in headers; a subject is one line already.
        message["Subject"] = self.mail.subject
        for name, value in self.headers.items():
            message[name] = value
        message.set_content(self.mail.text)
        message.add_alternative(self.mail.html, subtype="html")
        return message
