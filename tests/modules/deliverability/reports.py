"""Reports about emails as SendGrid and mail servers send them."""

from __future__ import annotations

import base64
import email
import email.policy
import json
from datetime import datetime
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.harness import Harness
from tests.modules.comments.commenting import comment, entry_of, mention

from phoenix.kernel.security.crypto import Keys
from phoenix.modules.deliverability.actions.bounces import bounces
from phoenix.modules.notifications.actions.send import APART, send_due

PATH = "/api/v2/email_reports/sendgrid"
KEY = ec.generate_private_key(ec.SECP256R1())
PUBLIC = base64.b64encode(KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
BO = "bo@example.com"
BOUNCE = {"event": "bounce", "type": "bounce", "status": "5.1.1", "email": BO, "sg_event_id": "one"}


def signed(body: bytes, at: datetime, key: ec.EllipticCurvePrivateKey = KEY) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    signature = base64.b64encode(key.sign(timestamp.encode() + body, ec.ECDSA(SHA256()))).decode()
    return {"X-Twilio-Email-Event-Webhook-Signature": signature, "X-Twilio-Email-Event-Webhook-Timestamp": timestamp}


async def report(harness: Harness, *events: dict[str, Any]) -> httpx.Response:
    """Report as SendGrid does, with its spaces and line breaks in the body."""
    body = b"[" + b",\r\n".join(json.dumps(event).encode() for event in events) + b"]\r\n"
    return await harness.post(PATH, content=body, headers=signed(body, harness.clock.now()))


async def email_bo(harness: Harness) -> None:
    """Mention bo in a comment, of which he is notified by email."""
    await queue_email(harness)
    await harness.work()


async def queue_email(harness: Harness) -> None:
    """The same, until the job for the email waits."""
    await comment(harness, "ada", await entry_of(harness), mention(harness, "bo"))
    await harness.follow()
    harness.clock.advance(seconds=APART.total_seconds() + 1)
    await send_due(harness.runtime)


async def is_stopped(harness: Harness, who: str = "bo") -> bool:
    return not (await harness.get("/api/v2/me/email_status", by=who)).json()["accepts"]


def dsn(
    source: str,
    *,
    status: str = "5.1.1",
    action: str = "failed",
    recipient: str = f"rfc822; {BO}",
    original: str = "",
    diagnostic: str = "smtp; 550 5.1.1 unknown",
    whole: bool = True,
) -> bytes:
    """The report of a mail server about an email that was sent (RFC 3464)."""
    head = source.partition("\n\n")[0].partition("\r\n\r\n")[0]
    kind = "message/rfc822" if whole else "text/rfc822-headers"
    lines = [
        "From: MAILER-DAEMON@mx.example",
        "To: no-reply@phoenix.test",
        "Subject: Undelivered Mail Returned to Sender",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        "",
        "--b",
        "Content-Type: text/plain",
        "",
        "I'm sorry.",
        "",
        "--b",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.example",
        "",
        f"Final-Recipient: {recipient}",
        *([f"Original-Recipient: {original}"] if original else []),
        f"Action: {action}",
        f"Status: {status}",
        f"Diagnostic-Code: {diagnostic}",
        "",
        "--b",
        f"Content-Type: {kind}",
        "",
        head,
        "",
        "text",
        "--b--",
        "",
    ]
    return "\r\n".join(lines).encode()


def bounced(keys: Keys, raw: bytes, now: datetime) -> set[str]:
    """The keys of the addresses to which a report stops emails."""
    return {one.address for one in bounces(keys, raw, now) if one.stops}


def message_id(source: str) -> str:
    return str(email.message_from_string(source, policy=email.policy.default)["Message-ID"]).strip()
