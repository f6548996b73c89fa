"""Reports of mail servers about emails that could not be delivered (RFC 3464), as they come back to the sender.

Anyone can write one. So it is believed only about the email that it returns, by whose Message-ID we know to whom we sent it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import Message
from email.utils import parseaddr
from typing import Any

from phoenix.kernel.email.message_id import sent_at
from phoenix.kernel.email.recipients import is_about_address
from phoenix.kernel.errors import InvalidInput
from phoenix.kernel.i18n.addresses import parse_address
from phoenix.kernel.security.crypto import Keys

MOST_BYTES = 1024 * 1024
# Mail servers give up after five days at the latest.
RECENT = timedelta(days=14)
_STATUS = re.compile(r"\s*(5\.\d{1,3}\.\d{1,3})")
_REPLY = re.compile(r"\s*smtp\s*;\s*(\d{3})", re.IGNORECASE)


def bounced(keys: Keys, raw: bytes, now: datetime) -> set[str]:
    """The keys of the addresses that do not accept an email of ours, according to a report."""
    report = message_from_bytes(raw)
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


def _ours(keys: Keys, message_id: str, written: str, now: datetime) -> str:
    """The key of an address, if we have lately sent it the email with this ID, else ""."""
    kind, _, address = written.rpartition(";")
    if kind and kind.strip().lower() != "rfc822":
        return ""
    try:
        key = parse_address(parseaddr(address)[1]).key
    except InvalidInput:
        return ""
    sent = sent_at(keys, message_id, key)
    return key if sent is not None and now - RECENT <= sent else ""


def _has_failed(recipient: Message[Any, Any]) -> bool:
    status = _STATUS.match(str(recipient.get("Status", "")))
    if status is None or str(recipient.get("Action", "")).strip().lower() != "failed":
        return False
    reply = _REPLY.match(str(recipient.get("Diagnostic-Code", "")))
    return is_about_address(int(reply[1]) if reply else 0, status[1])


def _recipients(report: Message[Any, Any]) -> Iterator[Message[Any, Any]]:
    for part in _parts(report):
        if part.get_content_type() == "message/delivery-status":
            yield from _parts(part)


def _original(report: Message[Any, Any]) -> Message[Any, Any] | None:
    """The email that could not be delivered, or only its header."""
    for part in _parts(report):
        if part.get_content_type() == "message/rfc822":
            return next(_parts(part), None)
        if part.get_content_type() == "text/rfc822-headers":
            text = part.get_payload(decode=True)
            return message_from_bytes(text) if isinstance(text, bytes) else None
    return None


def _parts(message: Message[Any, Any]) -> Iterator[Message[Any, Any]]:
    parts = message.get_payload()
    return (part for part in parts if isinstance(part, Message)) if isinstance(parts, list) else iter(())
