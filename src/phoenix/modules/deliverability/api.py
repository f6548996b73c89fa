"""Whether one's own address accepts emails, and what SendGrid reports, as JSON."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.cache.limits import HOUR, Limit
from phoenix.kernel.errors import NotFound
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.endpoint import get, post
from phoenix.kernel.web.instants import Instant, instant
from phoenix.kernel.web.rules import PUBLIC, SIGNED_IN
from phoenix.modules.deliverability import queries
from phoenix.modules.deliverability.actions.resume import resume_own
from phoenix.modules.deliverability.actions.sendgrid import check_signature, take_reports

REPORTS = Limit("email_reports", 6000, HOUR)


class EmailStatusAnswer(Struct):
    """Whether emails are sent to your address. If not, `reason` is bounced, complained or unsubscribed. Codes and security notices always are."""

    accepts: bool
    reason: str | None
    since: Instant | None


@get("/api/v2/me/email_status", may=SIGNED_IN, queries=1)
async def read_email_status(call: Call) -> EmailStatusAnswer:
    """Get whether emails are sent to your address."""
    stopped = await call.db.maybe(queries.OF_ACCOUNT, call.actor.account)
    if stopped is None:
        return EmailStatusAnswer(accepts=True, reason=None, since=None)
    return EmailStatusAnswer(accepts=False, reason=stopped.reason, since=instant(stopped.since))


@post("/api/v2/me/email_status/resume", may=SIGNED_IN, queries=2, problems=(429,))
async def resume_emails(call: Call) -> None:
    """Send emails to your address again."""
    await resume_own(call.runtime, call.tx, call.actor.account)


@post("/api/v2/email_reports/sendgrid", may=PUBLIC, queries=4, limits=(REPORTS,), problems=(403, 404))
async def take_sendgrid_reports(call: Call) -> None:
    """Receive what SendGrid's Event Webhook reports of emails: that they were delivered, came back or were complained about. It is signed by SendGrid."""
    if not call.runtime.settings.email.sendgrid_webhook_key:
        raise NotFound
    headers, body = call.request.headers, await call.request.body()
    signature = headers.get("x-twilio-email-event-webhook-signature", "")
    timestamp = headers.get("x-twilio-email-event-webhook-timestamp", "")
    check_signature(call.runtime.settings, signature, timestamp, body, call.runtime.clock.now())
    await take_reports(call.tx, body)


ROUTES = (read_email_status, resume_emails, take_sendgrid_reports)
