"""How emails leave Phoenix."""

from __future__ import annotations

from dataclasses import dataclass

from phoenix.settings.declare import PORT, email, host_name, pem_key, sender, setting, with_scheme


@dataclass(frozen=True, slots=True)
class EmailSettings:
    """Outgoing email."""

    smtp_url: str = setting(
        "SMTP_URL",
        "",
        "Mail server as smtp://user:password@host:587 or smtps://…:465. Default in development: the local mailbox.",
        with_scheme("smtp", "smtps"),
        secret=True,
    )
    smtp_fallback_url: str = setting(
        "SMTP_FALLBACK_URL",
        "",
        "Mail server that carries emails while the one of PHOENIX_SMTP_URL is unavailable, written in the same way.",
        with_scheme("smtp", "smtps"),
        secret=True,
    )
    sendgrid_key: str = setting(
        "SENDGRID_KEY", "", "API key of SendGrid, which carries emails while no mail server is configured or available.", secret=True
    )
    sendgrid_url: str = setting(
        "SENDGRID_URL",
        "https://api.sendgrid.com",
        "Address of SendGrid's API. For Europe: https://api.eu.sendgrid.com.",
        with_scheme("https", "http"),
    )
    sendgrid_webhook_key: str = setting(
        "SENDGRID_WEBHOOK_KEY",
        "",
        "Public key with which SendGrid signs what it reports of bounces and complaints. Empty: it can report nothing.",
    )
    dkim_key: str = setting(
        "DKIM_KEY",
        "",
        "Private key in PEM, RSA or Ed25519, with which emails to mail servers are signed. Empty: they are not signed.",
        pem_key,
        secret=True,
    )
    dkim_selector: str = setting(
        "DKIM_SELECTOR", "phoenix", "Selector under which the public half of PHOENIX_DKIM_KEY is published.", host_name
    )
    dkim_domain: str = setting("DKIM_DOMAIN", "", "Domain that signs emails. Default: that of PHOENIX_MAIL_FROM.", host_name)
    sender: str = setting("MAIL_FROM", "Phoenix <no-reply@phoenix.example>", "From header of every email.", sender)
    support: str = setting(
        "SUPPORT_EMAIL", "", "Email address of support, shown in emails and on pages before sign-in. Empty: none is shown.", email
    )
    mailbox_port: int = setting(
        "MAILBOX_PORT", 0, "Loopback port on which the local mailbox receives email by SMTP. 0: the public port plus 1.", PORT
    )

    @property
    def leaves(self) -> bool:
        """Whether emails leave this machine, rather than for the local mailbox."""
        return bool(self.smtp_url or self.smtp_fallback_url or self.sendgrid_key)
