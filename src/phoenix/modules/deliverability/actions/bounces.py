"""Reports of mail servers about emails that could not be delivered (RFC 3464, and RFC 6533 for addresses with other letters than
ASCII), as they come back to the sender.

Anyone can write one. So it is believed only about the email that it returns, by whose Message-ID we know to whom we sent it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_string
from email.message import Message
from email.utils import parseaddr
from typing import Any

from msgspec import Struct

from phoenix.kernel.email.message_id import read_message_id
from phoenix.kernel.email.recipients import is_about_address
from phoenix.kernel.errors import InvalidInput
from phoenix.kernel.i18n.addresses import parse_address
from phoenix.kernel.security.crypto import Keys
from phoenix.modules.deliverability.actions.outcomes import NO_MAILBOX, reason_of_status

MOST_BYTES = 1024 * 1024
# A report has three, and the email that it returns a few: each costs as much as the whole is long.
MOST_PARTS = 50
LONGEST_RECIPIENT = 1000
# Mail servers give up after five days at the latest.
RECENT = timedelta(days=14)
_PART = re.compile(rb"^content-type:", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(r"\s*([45]\.\d{1,3}\.\d{1,3})")
_REPLY = re.compile(r"\s*smtp\s*;\s*(\d{3})", re.IGNORECASE)
# The parser reads the fields of each recipient only of the older type.
_GLOBAL_STATUS = re.compile(r"^(content-type:\s*message/)global-(?=delivery-status)", re.IGNORECASE | re.MULTILINE)
_ORIGINALS = frozenset({"message/rfc822", "message/global", "message/global-headers"})
_KINDS = frozenset({"rfc822", "utf-8"})
# RFC 6533, 3: how a letter is written where only ASCII may stand.
_LETTER = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_LAST_LETTER = 0x10FFFF


class Bounce(Struct, frozen=True):
    """An email of ours that was not delivered: to which address, by its key, and why. If it `stops` others, the address accepts none."""

    address: str
    reference: str
    reason: str
    stops: bool


def bounces(keys: Keys, raw: bytes, now: datetime) -> list[Bounce]:
    """The emails of ours that were not delivered, according to a report."""
    try:
        return list(_bounces(keys, raw, now))
    except (LookupError, RecursionError, ValueError):
        # Anyone can send a report that no parser understands. It is about no email of ours.
        return []


def _bounces(keys: Keys, raw: bytes, now: datetime) -> Iterator[Bounce]:
    if len(_PART.findall(raw)) > MOST_PARTS:
        return
    report = _parsed(raw)
    if report.get_content_type() != "multipart/report" or not report.is_multipart():
        return
    original = _original(report)
    if original is None:
        return
    id_, to = str(original.get("Message-ID", "")), original.get("To")
    for recipient in _recipients(report):
        status = _STATUS.match(str(recipient.get("Status", "")))
        if status is None or str(recipient.get("Action", "")).strip().lower() != "failed":
            continue
        stops = _is_about_address(recipient, status[1])
        for written in dict.fromkeys(
            str(one) for one in (recipient.get("Original-Recipient"), recipient.get("Final-Recipient"), to) if one
        ):
            key, reference = _ours(keys, id_, written, now)
            if key:
                yield Bounce(key, reference, NO_MAILBOX if stops else reason_of_status(status[1]), stops)


def _parsed(raw: bytes) -> Message[Any, Any]:
    return message_from_string(_GLOBAL_STATUS.sub(r"\1", raw.decode(errors="replace")))


def _ours(keys: Keys, message_id: str, written: str, now: datetime) -> tuple[str, str]:
    """The key of an address, if we have lately sent it the email with this ID, and the reference of the email; else "" for both."""
    kind, _, address = written.rpartition(";")
    if len(written) > LONGEST_RECIPIENT or (kind and kind.strip().lower() not in _KINDS):
        return "", ""
    try:
        key = parse_address(parseaddr(_LETTER.sub(_letter, address))[1]).key
    except InvalidInput:
        return "", ""
    sent = read_message_id(keys, message_id, key)
    return (key, sent.reference) if sent is not None and now - RECENT <= sent.at else ("", "")


def _letter(escape: re.Match[str]) -> str:
    number = int(escape[1], 16)
    return chr(number) if number <= _LAST_LETTER else ""


def _is_about_address(recipient: Message[Any, Any], status: str) -> bool:
    """Whether the address accepts no emails. What failed only because it could not be delivered in time (4.…) does not say so."""
    words = str(recipient.get("Diagnostic-Code", ""))
    reply = _REPLY.match(words)
    return status.startswith("5") and is_about_address(int(reply[1]) if reply else 0, status, words)


def _recipients(report: Message[Any, Any]) -> Iterator[Message[Any, Any]]:
    for part in _parts(report):
        if part.get_content_type() == "message/delivery-status":
            yield from _parts(part)


def _original(report: Message[Any, Any]) -> Message[Any, Any] | None:
    """The email that could not be delivered, or only its header."""
    for part in _parts(report):
        if part.get_content_type() in _ORIGINALS:
            return next(_parts(part), None)
        if part.get_content_type() == "text/rfc822-headers":
            text = part.get_payload(decode=True)
            return _parsed(text) if isinstance(text, bytes) else None
    return None


def _parts(message: Message[Any, Any]) -> Iterator[Message[Any, Any]]:
    parts = message.get_payload()
    return (part for part in parts if isinstance(part, Message)) if isinstance(parts, list) else iter(())
