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

from phoenix.kernel.email.message_id import sent_at
from phoenix.kernel.email.recipients import is_about_address
from phoenix.kernel.errors import InvalidInput
from phoenix.kernel.i18n.addresses import parse_address
from phoenix.kernel.security.crypto import Keys

MOST_BYTES = 1024 * 1024
# A report has three, and the email that it returns a few: each costs as much as the whole is long.
MOST_PARTS = 50
LONGEST_RECIPIENT = 1000
# Mail servers give up after five days at the latest.
RECENT = timedelta(days=14)
_PART = re.compile(rb"^content-type:", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(r"\s*(5\.\d{1,3}\.\d{1,3})")
_REPLY = re.compile(r"\s*smtp\s*;\s*(\d{3})", re.IGNORECASE)
# The parser reads the fields of each recipient only of the older type.
_GLOBAL_STATUS = re.compile(r"^(content-type:\s*message/)global-(?=delivery-status)", re.IGNORECASE | re.MULTILINE)
_ORIGINALS = frozenset({"message/rfc822", "message/global", "message/global-headers"})
_KINDS = frozenset({"rfc822", "utf-8"})
# RFC 6533, 3: how a letter is written where only ASCII may stand.
_LETTER = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_LAST_LETTER = 0x10FFFF


def bounced(keys: Keys, raw: bytes, now: datetime) -> set[str]:
    """The keys of the addresses that do not accept an email of ours, according to a report."""
    try:
        return _bounced(keys, raw, now)
    except (LookupError, RecursionError, ValueError):
        # Anyone can send a report that no parser understands. It is about no email of ours.
        return set()


def _bounced(keys: Keys, raw: bytes, now: datetime) -> set[str]:
    if len(_PART.findall(raw)) > MOST_PARTS:
        return set()
    report = _parsed(raw)
    if report.get_content_type() != "multipart/report" or not report.is_multipart():
        return set()
    original = _original(report)
    if original is None:
        return set()
    found = set()
    for recipient in _recipients(report):
        if _has_failed(recipient):
            written = (recipient.get("Original-Recipient"), recipient.get("Final-Recipient"), original.get("To"))
            found |= {key for one in written if one and (key := _ours(keys, str(original.get("Message-ID", "")), str(one), now))}
    return found


def _parsed(raw: bytes) -> Message[Any, Any]:
    return message_from_string(_GLOBAL_STATUS.sub(r"\1", raw.decode(errors="replace")))


def _ours(keys: Keys, message_id: str, written: str, now: datetime) -> str:
    """The key of an address, if we have lately sent it the email with this ID, else ""."""
    if len(written) > LONGEST_RECIPIENT:
        return ""
    kind, _, address = written.rpartition(";")
    if kind and kind.strip().lower() not in _KINDS:
        return ""
    try:
        key = parse_address(parseaddr(_LETTER.sub(_letter, address))[1]).key
    except InvalidInput:
        return ""
    sent = sent_at(keys, message_id, key)
    return key if sent is not None and now - RECENT <= sent else ""


def _letter(escape: re.Match[str]) -> str:
    number = int(escape[1], 16)
    return chr(number) if number <= _LAST_LETTER else ""


def _has_failed(recipient: Message[Any, Any]) -> bool:
    status = _STATUS.match(str(recipient.get("Status", "")))
    if status is None or str(recipient.get("Action", "")).strip().lower() != "failed":
        return False
    words = str(recipient.get("Diagnostic-Code", ""))
    reply = _REPLY.match(words)
    return is_about_address(int(reply[1]) if reply else 0, status[1], words)


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
