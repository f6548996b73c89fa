"""Checks of the settings that make Phoenix refuse to start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix.settings.declare import SettingsError

if TYPE_CHECKING:
    from phoenix.settings import Settings

# Secrets that `phoenix up` creates start with this, so that the strict environments can recognise them.
MADE_IN_DEVELOPMENT = "development-"
# Staging is a rehearsal for production, often with a copy of its data, so it is just as strict.
STRICT = frozenset({"staging", "production"})


def check(settings: Settings) -> None:
    """Check combinations of settings. Raises SettingsError, naming the first variable."""
    limits = settings.sessions
    if limits.idle > limits.absolute:
        raise SettingsError("PHOENIX_SESSION_IDLE must not be longer than PHOENIX_SESSION_ABSOLUTE.")
    if limits.remember_idle > limits.remember_absolute:
        raise SettingsError("PHOENIX_SESSION_REMEMBER_IDLE must not be longer than PHOENIX_SESSION_REMEMBER_ABSOLUTE.")
    if not settings.development:
        _check_no_development_tools(settings)
    if settings.strict:
        _check_strict(settings)


def _check_no_development_tools(settings: Settings) -> None:
    """Settings that show internals or watch files are only for development."""
    for variable, is_on in (("RELOAD", settings.developing.reload), ("SQL_LOG", settings.developing.sql_log)):
        if is_on:
            raise SettingsError(f"PHOENIX_{variable} is for development only. Remove it, or set PHOENIX_ENVIRONMENT=development.")


def _check_strict(settings: Settings) -> None:
    key, environment = settings.secrets.key, settings.installation.environment
    if key.startswith(MADE_IN_DEVELOPMENT):
        raise SettingsError(f"PHOENIX_SECRET_KEY was made by a development installation. Give {environment} its own key.")
    if len(key) < 32 or len(set(key)) < 12:
        raise SettingsError(
            f"PHOENIX_SECRET_KEY must be at least 32 characters of random text in {environment}. Make one with: openssl rand -base64 48"
        )
    if not settings.email.smtp_url:
        raise SettingsError(f"PHOENIX_SMTP_URL must name a mail server in {environment}; the local mailbox is for development.")
