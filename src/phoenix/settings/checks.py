"""What makes Phoenix refuse to start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix.settings.declare import SettingsError

if TYPE_CHECKING:
    from phoenix.settings import Settings

# Secrets that `phoenix up` makes by itself begin with this, so that production can tell them.
MADE_IN_DEVELOPMENT = "development-"


def check(settings: Settings) -> None:
    """What only several settings together can get wrong. Raises SettingsError naming the first variable."""
    limits = settings.sessions
    if limits.idle > limits.absolute:
        raise SettingsError("PHOENIX_SESSION_IDLE must not be longer than PHOENIX_SESSION_ABSOLUTE.")
    if limits.remember_idle > limits.remember_absolute:
        raise SettingsError("PHOENIX_SESSION_REMEMBER_IDLE must not be longer than PHOENIX_SESSION_REMEMBER_ABSOLUTE.")
    if settings.production:
        _check_production(settings)


def _check_production(settings: Settings) -> None:
    key = settings.secrets.key
    if key.startswith(MADE_IN_DEVELOPMENT):
        raise SettingsError("PHOENIX_SECRET_KEY was made by a development installation. Give production one of its own.")
    if len(key) < 32 or len(set(key)) < 12:
        raise SettingsError(
            "PHOENIX_SECRET_KEY must be at least 32 characters of random text in production. Make one with: openssl rand -base64 48"
        )
    if not settings.email.smtp_url:
        raise SettingsError("PHOENIX_SMTP_URL must name a mail server in production; the local mailbox is for development.")
