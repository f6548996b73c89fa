"""Which addresses accept emails, as whoever sends one asks, and what a refusal is about."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from msgspec import Struct

# Of replies to a recipient (RFC 5321, 4.2.3), without an enhanced status code.
_CODES = frozenset({550, 551, 553})
# RFC 3463: the mailbox or domain does not exist, is written wrongly, has moved, or is disabled. Not that it is full, nor what is
# about policy (5.7), such as a list on which the address of our server stands: those are not about the person's address.
_STATUSES = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4"})
_ANY = "5.0.0"
# 550 is also the reply to what is refused "for policy reasons" (RFC 5321, 4.2.3): then only its words say that it is about us or the email.
_POLICY = re.compile(
    r"spam|virus|polic|block|black ?list|denied|deny|ban(ned)?\b|reputation|prohibit|relay|rbl\b|dnsbl|spf\b|dkim|dmarc|ptr\b|reverse|helo|\bip\b|content",
    re.IGNORECASE,
)


class EmailReport(Struct, frozen=True):
    """What was learned about an email after it was sent, by its reference: that it arrived, or that it did not, and why."""

    reference: str
    state: Literal["delivered", "undelivered"]
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Recipients:
    """`accepts` says whether emails that are not essential are sent to an address, by its key; `refused` receives one that is
    permanently refused."""

    accepts: Callable[[str], Awaitable[bool]]
    refused: Callable[[str], Awaitable[None]]


def is_about_address(code: int, status: str = "", words: str = "") -> bool:
    """Whether a refusal of a recipient means that the address does not exist or accepts no email.

    `code` is the reply, 0 if it is not known; `status` the enhanced status code (RFC 3463), where there is one; `words` is the rest of the
    reply, which is read only where there is none.
    """
    if status and status != _ANY:
        return status in _STATUSES
    return code in _CODES and not _POLICY.search(words)
