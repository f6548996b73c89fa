"""What carries text messages out of Phoenix."""

from __future__ import annotations

from phoenix.kernel.security.http_client import HttpClient
from phoenix.kernel.sms.transports.mailbox import MailboxTransport
from phoenix.kernel.sms.transports.transport import SmsRefused, SmsTransport, SmsUnsure
from phoenix.kernel.sms.transports.twilio import TwilioTransport
from phoenix.settings import Settings

__all__ = ["SmsRefused", "SmsTransport", "SmsUnsure", "is_offered", "transport_of"]


def is_offered(settings: Settings) -> bool:
    """Whether text messages can be sent: by Twilio, or to the local mailbox where emails go there as well."""
    return settings.sms.leaves or _has_mailbox(settings)


def transport_of(settings: Settings, http: HttpClient) -> SmsTransport | None:
    """What carries text messages, None where nothing does."""
    if settings.sms.leaves:
        return TwilioTransport(settings.sms, http)
    return MailboxTransport(settings.email.mailbox_port) if _has_mailbox(settings) else None


def _has_mailbox(settings: Settings) -> bool:
    return not settings.strict and not settings.email.leaves and settings.email.mailbox_port > 0
