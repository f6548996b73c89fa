"""What SendGrid reports of emails (Event Webhook, with its signature): written from its documentation."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from msgspec import Meta, Struct

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.errors import InvalidInput
from phoenix.kernel.i18n.addresses import parse_address
from phoenix.kernel.language import _
from phoenix.modules.deliverability import queries
from phoenix.modules.deliverability.actions.outcomes import BLOCKED, NO_MAILBOX, PROVIDER, Outcome, note, reason_of_status
from phoenix.modules.deliverability.actions.stop import BOUNCED, COMPLAINED, UNSUBSCRIBED, Reason, stop
from phoenix.modules.deliverability.errors import NotSigned
from phoenix.settings import Settings, SettingsError

# SendGrid sends again for a day what was not accepted. Within that, a report is known by its id.
RECENT = timedelta(days=1)
KEPT = timedelta(days=3)
MOST_EVENTS = 10_000
_REASONS: dict[str, Reason] = {"spamreport": COMPLAINED, "unsubscribe": UNSUBSCRIBED, "group_unsubscribe": UNSUBSCRIBED}
_DROPPED: dict[str, Reason] = {
    "bounced address": BOUNCED,
    "invalid": BOUNCED,
    "spam reporting address": COMPLAINED,
    "unsubscribed address": UNSUBSCRIBED,
}


class SendGridEvent(Struct):
    """One event. A `bounce` of the type "blocked" is about us or the moment, not about the address."""

    event: str
    sg_event_id: Annotated[str, Meta(min_length=1, max_length=200)]
    email: str = ""
    type: str = ""
    status: str = ""
    reason: str = ""
    # The name is that of REFERENCE_FIELD, with which the email was handed over.
    phoenix_email: str = ""


class Unreadable(InvalidInput):
    code, title = "unreadable_report", "This report can't be read"
    sentence = "Send a JSON list of events, as SendGrid's Event Webhook does."


_REFERENCE = re.compile(r"[a-z2-7]{16}", re.ASCII)
_EVENTS = msgspec.json.Decoder(Annotated[list[SendGridEvent], Meta(max_length=MOST_EVENTS)])


def public_key(text: str) -> EllipticCurvePublicKey:
    """The key as SendGrid shows it. Raises SettingsError."""
    try:
        key = load_der_public_key(base64.b64decode(text, validate=True))
    except (ValueError, binascii.Error, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, EllipticCurvePublicKey):
        raise SettingsError("PHOENIX_SENDGRID_WEBHOOK_KEY must be the verification key that SendGrid shows, such as MFkwEwYHKoZI….")
    return key


def check_signature(settings: Settings, signature: str, timestamp: str, body: bytes, now: datetime) -> None:
    """Raises NotSigned unless SendGrid signed exactly this body, less than a day ago."""
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= len("9999999999")):
        raise NotSigned
    try:
        signed = base64.b64decode(signature.encode(), validate=True)
        public_key(settings.email.sendgrid_webhook_key).verify(signed, timestamp.encode() + body, ECDSA(SHA256()))
    except (ValueError, binascii.Error, InvalidSignature):
        raise NotSigned from None
    if abs(now.timestamp() - int(timestamp)) > RECENT.total_seconds():
        raise NotSigned(_("This report is more than a day old. Send a new one."))


async def take_reports(tx: Transaction, body: bytes) -> None:
    """Stop emails to the addresses that are reported, and note what became of emails. What was received before stops nothing again.

    Raises Unreadable.
    """
    try:
        reported = _EVENTS.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Unreadable from None
    await note(tx, [outcome for event in reported if (outcome := outcome_of(event))])
    events = [(event, reason) for event in reported if (reason := reason_of(event))]
    if not events:
        return
    new = set(await tx.all(queries.NEW_REPORTS, sorted({event.sg_event_id for event, _reason in events}), tx.now))
    reasons: dict[str, Reason] = {}
    for event, reason in events:
        if event.sg_event_id in new and (key := _key(event.email)):
            reasons.setdefault(key, reason)
    await stop(tx, reasons)


def reason_of(event: SendGridEvent) -> Reason | None:
    """Why no more emails go to the address of an event, None if they do."""
    if event.event == "bounce":
        return BOUNCED if event.type in {"", "bounce"} and not event.status.startswith("4") else None
    if event.event == "dropped":
        return _DROPPED.get(event.reason.strip().lower())
    return _REASONS.get(event.event)


def outcome_of(event: SendGridEvent) -> Outcome | None:
    """What an event says became of an email that someone asks about; None for what is no outcome."""
    if not _REFERENCE.fullmatch(event.phoenix_email):
        return None
    if event.event == "delivered":
        return Outcome(event.phoenix_email, "delivered")
    if event.event == "bounce":
        why = NO_MAILBOX if reason_of(event) and not event.status.endswith(".2.2") else reason_of_status(event.status)
        return Outcome(event.phoenix_email, "undelivered", why)
    if event.event == "dropped":
        return Outcome(event.phoenix_email, "undelivered", PROVIDER if reason_of(event) else BLOCKED)
    return None


def _key(address: str) -> str:
    try:
        return parse_address(address).key
    except InvalidInput:
        return ""
