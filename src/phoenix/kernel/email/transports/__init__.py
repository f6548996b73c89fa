"""What carries emails out of Phoenix, in the order in which it is tried."""

from __future__ import annotations

from phoenix.kernel.email.dkim import signer_of
from phoenix.kernel.email.transports.sendgrid import SendGridTransport
from phoenix.kernel.email.transports.smtp import SmtpTransport
from phoenix.kernel.email.transports.transport import EmailTransport
from phoenix.kernel.security.http_client import HttpClient
from phoenix.settings import EmailSettings

__all__ = ["EmailTransport", "transports_of"]


def transports_of(settings: EmailSettings, http: HttpClient | None) -> tuple[EmailTransport, ...]:
    """What carries emails. Raises SettingsError if they cannot be signed as the settings say.

    The mail server, the one that stands in for it, and SendGrid, as far as they are configured; if none is, the local mailbox.
    """
    signer = signer_of(settings)
    found: list[EmailTransport] = [SmtpTransport(url, signer) for url in (settings.smtp_url, settings.smtp_fallback_url) if url]
    if settings.sendgrid_key and http is not None:
        found.append(SendGridTransport(settings.sendgrid_url, settings.sendgrid_key, http))
    if not found and settings.mailbox_port:
        found.append(SmtpTransport(f"smtp://127.0.0.1:{settings.mailbox_port}", signer))
    return tuple(found)
