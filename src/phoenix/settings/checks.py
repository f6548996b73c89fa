"""What makes Phoenix refuse to start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix.settings.concerns import SettingsError

if TYPE_CHECKING:
    from phoenix.settings import Settings

# Secrets that `phoenix up` makes by itself begin with this, so that the strict environments can tell them.
MADE_IN_DEVELOPMENT = "development-"
ENVIRONMENTS = ("development", "test", "staging", "production")
# Staging is a rehearsal of production, often with a copy of its data, and is as strict.
STRICT = frozenset({"staging", "production"})


def check(settings: Settings) -> None:
    """Raises SettingsError naming the first variable that cannot be used."""
    _check_choice("ENVIRONMENT", settings.place.environment, ENVIRONMENTS)
    _check_choice("NODES", settings.cache.nodes, ("one", "many"))
    if settings.accounts.second_factor_for:
        _check_choice("SECOND_FACTOR_FOR", settings.accounts.second_factor_for, ("nobody", "staff", "everybody"))
    _check_choice("LOG_FORMAT", settings.logs.format, ("json", "pretty"))
    _check_choice("LOG_LEVEL", settings.logs.level, ("debug", "info", "warning", "error"))
    _check_range("WORKERS", settings.web.workers, 1, 1024)
    _check_range("ACCESS_TOKEN", settings.sessions.access_token, 60, 900)
    _check_range("IMPERSONATION", settings.sessions.impersonation, 60, 1800)
    host, _, port = settings.admin.bind.rpartition(":")
    if not host or not port.isdecimal():
        raise SettingsError("PHOENIX_ADMIN_BIND must be an address and a port, such as 127.0.0.1:8020.")
    for origin in settings.web.cors_origins:
        if not origin.startswith(("https://", "http://")) or "*" in origin or origin.endswith("/"):
            raise SettingsError(f"PHOENIX_CORS_ORIGINS holds {origin!r}; write an exact origin such as https://app.example.com.")
    if settings.strict:
        _check_strict(settings)


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise SettingsError(f"PHOENIX_{name} must be {', '.join(choices[:-1])} or {choices[-1]}.")


def _check_range(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise SettingsError(f"PHOENIX_{name} must be between {least} and {most}.")


def _check_strict(settings: Settings) -> None:
    key, environment = settings.secrets.key, settings.place.environment
    if key.startswith(MADE_IN_DEVELOPMENT):
        raise SettingsError(f"PHOENIX_SECRET_KEY was made by a development installation. Give {environment} one of its own.")
    if len(key) < 32 or len(set(key)) < 12:
        raise SettingsError(
            f"PHOENIX_SECRET_KEY must be at least 32 characters of random text in {environment}. Make one with: openssl rand -base64 48"
        )
    if not settings.mail.smtp_url:
        raise SettingsError(f"PHOENIX_SMTP_URL must name a mail server in {environment}; the local mailbox is for development.")
