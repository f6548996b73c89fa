"""Checks of the settings that make Phoenix refuse to start."""

from __future__ import annotations

import ipaddress
from email.utils import parseaddr
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from phoenix.settings.declare import WITHHELD, SettingsError
from phoenix.settings.strength import why_guessable

if TYPE_CHECKING:
    from phoenix.settings import Settings

# Secrets that `phoenix up` creates start with this, so that the strict environments can recognise them.
MADE_IN_DEVELOPMENT = "development-"
# Domains that no real address has (RFC 2606, except example.com, .net and .org), and this machine.
RESERVED = (".example", ".test", ".invalid", ".localhost", "@localhost")
# Staging is a rehearsal for production, often with a copy of its data, so it is just as strict.
STRICT = frozenset({"staging", "production"})


def check(settings: Settings) -> None:
    """Check combinations of settings. Raises SettingsError, naming the first variable."""
    limits = settings.sessions
    if limits.idle > limits.absolute:
        raise SettingsError("PHOENIX_SESSION_IDLE must not be longer than PHOENIX_SESSION_ABSOLUTE.")
    if limits.remember_idle > limits.remember_absolute:
        raise SettingsError("PHOENIX_SESSION_REMEMBER_IDLE must not be longer than PHOENIX_SESSION_REMEMBER_ABSOLUTE.")
    _check_sms(settings)
    if not settings.development:
        _check_no_development_tools(settings)
    if settings.strict:
        _check_strict(settings)


def _check_sms(settings: Settings) -> None:
    """Without an account none of the others has an effect; with one, messages need a sender and something to sign in with."""
    sms, withheld = settings.sms, settings.given.get(WITHHELD, "").split(",")
    if not sms.twilio_account:
        return
    if not sms.sender:
        raise SettingsError("PHOENIX_SMS_FROM must say what text messages are from, if PHOENIX_TWILIO_ACCOUNT is set.")
    # A process that does not send them has no secret, and knows that there is one.
    has_token = bool(sms.twilio_token) or "PHOENIX_TWILIO_TOKEN" in withheld
    has_secret = bool(sms.twilio_secret) or "PHOENIX_TWILIO_SECRET" in withheld
    if bool(sms.twilio_key) != has_secret:
        raise SettingsError("PHOENIX_TWILIO_KEY and PHOENIX_TWILIO_SECRET belong together. Set both, or neither.")
    if not (has_token or has_secret):
        raise SettingsError(
            "PHOENIX_TWILIO_TOKEN must be set, or PHOENIX_TWILIO_KEY and PHOENIX_TWILIO_SECRET, if PHOENIX_TWILIO_ACCOUNT is."
        )


def _check_no_development_tools(settings: Settings) -> None:
    """Settings that show internals or watch files are only for development."""
    for variable, is_on in (("RELOAD", settings.developing.reload), ("SQL_LOG", settings.developing.sql_log)):
        if is_on:
            raise SettingsError(f"PHOENIX_{variable} is for development only. Remove it, or set PHOENIX_ENVIRONMENT=development.")


def _check_strict(settings: Settings) -> None:
    key, environment = settings.secrets.key, settings.installation.environment
    if key.startswith(MADE_IN_DEVELOPMENT):
        raise SettingsError(f"PHOENIX_SECRET_KEY was made by a development installation. Give {environment} its own key.")
    if why := why_guessable(key):
        raise SettingsError(f"PHOENIX_SECRET_KEY {why} in {environment}. Make one with: openssl rand -base64 48")
    if settings.installation.demo:
        raise SettingsError(f"PHOENIX_DEMO adds accounts with known passwords, and is refused in {environment}. Remove it, or --demo.")
    address = urlsplit(settings.public_url)
    if address.scheme != "https" or is_loopback(address.hostname or ""):
        raise SettingsError(
            f"PHOENIX_PUBLIC_URL must be the https:// address that people use in {environment}; cookies and links need it. "
            "PHOENIX_DOMAIN sets it too, and gets a certificate."
        )
    # A process that sends no email has no key, and knows that there is one.
    if not (settings.email.leaves or "PHOENIX_SENDGRID_KEY" in settings.given.get(WITHHELD, "").split(",")):
        raise SettingsError(
            f"PHOENIX_SMTP_URL must name a mail server in {environment}, unless PHOENIX_SENDGRID_KEY is set; the local mailbox is for "
            "development."
        )
    if parseaddr(settings.email.sender)[1].lower().endswith(RESERVED):
        raise SettingsError(f"PHOENIX_MAIL_FROM must be an address of your own in {environment}, such as Phoenix <no-reply@your-domain>.")


def is_loopback(host: str) -> bool:
    """Whether only this machine can use the host."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified
