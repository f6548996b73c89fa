"""Settings: one frozen dataclass a concern, read once from the environment.

Every variable is called PHOENIX_ and the name given to `setting`. A variable `PHOENIX_X_FILE` names a file that
holds the value of `PHOENIX_X`, for secrets. `docs/settings.md` lists them all; a test holds that it does.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_type_hints


class SettingsError(Exception):
    """The environment holds something Phoenix cannot start with; the message names the variable and the mend."""


def setting(name: str, default: Any, about: str) -> Any:
    """Declare a setting: its variable without the prefix, its default, and one sentence for the documentation."""
    return field(default=default, metadata={"variable": f"PHOENIX_{name}", "about": about})


@dataclass(frozen=True, slots=True)
class Place:
    """Where Phoenix runs and keeps its things."""

    environment: str = setting(
        "ENVIRONMENT",
        "development",
        "`development`, `test` or `production`. Production refuses to start on weak secrets and has no local mailbox.",
    )
    data: Path = setting(
        "DATA", Path("data"), "Folder of the embedded PostgreSQL and Valkey, the secrets made at first start and the run files."
    )
    demo: bool = setting("DEMO", False, "Fill an empty database with demo people and entries.")


@dataclass(frozen=True, slots=True)
class Web:
    """The public listener."""

    host: str = setting("HOST", "127.0.0.1", "Address the public listener binds to.")
    port: int = setting("PORT", 8000, "Port of the public listener.")
    workers: int = setting("WORKERS", 1, "Web worker processes.")
    domain: str = setting(
        "DOMAIN", "", "Public host name. When set, Caddy is put in front with a certificate by ACME, on ports 80 and 443."
    )
    acme_directory: str = setting("ACME_DIRECTORY", "", "ACME directory URL other than Let's Encrypt's, for a private authority.")
    public_url: str = setting("PUBLIC_URL", "", "Address people use, for links in mails. Default: from the domain, or from host and port.")
    trusted_proxies: tuple[str, ...] = setting(
        "TRUSTED_PROXIES", (), "Networks whose X-Forwarded-For and X-Forwarded-Proto are believed, separated by commas."
    )
    cors_origins: tuple[str, ...] = setting(
        "CORS_ORIGINS", (), "Origins that may call the API from a browser, exact, separated by commas. None by default."
    )
    static: Path = setting("STATIC", Path(__file__).parent / "static", "Folder of the bundled styles and scripts.")


@dataclass(frozen=True, slots=True)
class Database:
    """PostgreSQL."""

    url: str = setting("DATABASE_URL", "", "PostgreSQL to use instead of the embedded one, as postgresql://user:password@host:port/name.")
    pool: int = setting("DATABASE_POOL", 10, "Largest number of connections of each process.")
    statement_timeout: int = setting("STATEMENT_TIMEOUT", 10_000, "Milliseconds after which a statement is given up.")
    lock_timeout: int = setting("LOCK_TIMEOUT", 3_000, "Milliseconds a statement waits for a lock.")


@dataclass(frozen=True, slots=True)
class Cache:
    """Valkey or Redis, and the layer in each process."""

    url: str = setting("CACHE_URL", "", "Valkey or Redis to use instead of the embedded one, as redis://host:port/0.")
    nodes: str = setting(
        "NODES",
        "one",
        "`one`: every process runs on this machine and generations live in shared memory. `many`: generations live in Valkey.",
    )
    local_entries: int = setting("CACHE_LOCAL_ENTRIES", 20_000, "Values each process keeps in its own memory.")


@dataclass(frozen=True, slots=True)
class Secrets:
    """Key material. Made at first start in development, required in production."""

    key: str = setting(
        "SECRET_KEY", "", "Master secret, at least 32 characters; every other key is derived from it. A different one in each environment."
    )


@dataclass(frozen=True, slots=True)
class Sessions:
    """How long a log-in lasts, in seconds."""

    idle: int = setting("SESSION_IDLE", 2 * 3600, "Seconds without a request after which a session ends.")
    absolute: int = setting("SESSION_ABSOLUTE", 24 * 3600, "Seconds after which a session ends in any case.")
    remember_idle: int = setting("SESSION_REMEMBER_IDLE", 30 * 86400, "As SESSION_IDLE, for “remember me”.")
    remember_absolute: int = setting("SESSION_REMEMBER_ABSOLUTE", 90 * 86400, "As SESSION_ABSOLUTE, for “remember me”.")
    access_token: int = setting("ACCESS_TOKEN", 900, "Seconds an API access token lives before it must be refreshed.")


@dataclass(frozen=True, slots=True)
class Mail:
    """Outgoing mail."""

    smtp_url: str = setting(
        "SMTP_URL", "", "Mail server as smtp://user:password@host:587 or smtps://…:465. Default in development: the local mailbox."
    )
    sender: str = setting("MAIL_FROM", "Phoenix <no-reply@phoenix.example>", "From header of every mail.")
    mailbox_port: int = setting(
        "MAILBOX_PORT", 0, "Loopback port on which the local mailbox takes mail by SMTP. 0: the public port plus 1."
    )


@dataclass(frozen=True, slots=True)
class Realtime:
    """Sockets."""

    processes: int = setting(
        "REALTIME_PROCESSES", 0, "Processes that serve sockets alone. 0: the web workers serve them, on the public port."
    )
    port: int = setting("REALTIME_PORT", 0, "First port of those processes, one port each. 0: the public port plus 10.")
    url: str = setting("REALTIME_URL", "", "Address browsers open sockets to, where it is not the page's own.")


@dataclass(frozen=True, slots=True)
class Logs:
    """What is written to standard error."""

    level: str = setting("LOG_LEVEL", "info", "`debug`, `info`, `warning` or `error`.")
    format: str = setting("LOG_FORMAT", "json", "`json`, or `pretty` for people.")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator can set."""

    place: Place = field(default_factory=Place)
    web: Web = field(default_factory=Web)
    database: Database = field(default_factory=Database)
    cache: Cache = field(default_factory=Cache)
    secrets: Secrets = field(default_factory=Secrets)
    sessions: Sessions = field(default_factory=Sessions)
    mail: Mail = field(default_factory=Mail)
    realtime: Realtime = field(default_factory=Realtime)
    logs: Logs = field(default_factory=Logs)

    @property
    def production(self) -> bool:
        return self.place.environment == "production"

    @property
    def public_url(self) -> str:
        """Origin people use, without a trailing slash."""
        if self.web.public_url:
            return self.web.public_url.rstrip("/")
        if self.web.domain:
            return f"https://{self.web.domain}"
        host = "127.0.0.1" if self.web.host in {"0.0.0.0", "::"} else self.web.host  # noqa: S104 - compared, not bound
        return f"http://{host}:{self.web.port}"


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read and check every setting. Raises SettingsError naming the first variable that cannot be used."""
    env = os.environ if environment is None else environment
    parts = {
        part.name: _read_part(part.default_factory, env)  # type: ignore[arg-type]
        for part in dataclasses.fields(Settings)
    }
    settings = Settings(**parts)
    _check(settings)
    return settings


def variables() -> list[tuple[str, str, Any, str]]:
    """Every setting as (concern, variable, default, sentence), in the order of this file."""
    return [
        (part.name, f.metadata["variable"], f.default, f.metadata["about"])
        for part in dataclasses.fields(Settings)
        for f in dataclasses.fields(part.default_factory)  # type: ignore[arg-type]
    ]


def _read_part(kind: type[Any], env: Mapping[str, str]) -> Any:
    types = get_type_hints(kind)
    values = {}
    for f in dataclasses.fields(kind):
        variable = f.metadata["variable"]
        text = env.get(variable)
        if text is None and (path := env.get(f"{variable}_FILE")):
            try:
                text = Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise SettingsError(f"{variable}_FILE names {path}, which cannot be read: {error.strerror}.") from error
        if text is not None:
            values[f.name] = _parse(variable, text, types[f.name])
    return kind(**values)


def _parse(variable: str, text: str, kind: Any) -> Any:
    if kind is bool:
        if text.lower() in {"1", "true", "yes", "on"}:
            return True
        if text.lower() in {"0", "false", "no", "off", ""}:
            return False
        raise SettingsError(f"{variable} must be true or false, not {text!r}.")
    if kind is int:
        try:
            number = int(text)
        except ValueError:
            raise SettingsError(f"{variable} must be a whole number, not {text!r}.") from None
        if number < 0:
            raise SettingsError(f"{variable} must not be negative.")
        return number
    if kind is Path:
        return Path(text).expanduser()
    if kind == tuple[str, ...]:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return text


def _check(settings: Settings) -> None:
    if settings.place.environment not in {"development", "test", "production"}:
        raise SettingsError("PHOENIX_ENVIRONMENT must be development, test or production.")
    if settings.cache.nodes not in {"one", "many"}:
        raise SettingsError("PHOENIX_NODES must be one or many.")
    if settings.web.workers < 1:
        raise SettingsError("PHOENIX_WORKERS must be at least 1.")
    if settings.logs.format not in {"json", "pretty"}:
        raise SettingsError("PHOENIX_LOG_FORMAT must be json or pretty.")
    if settings.logs.level not in {"debug", "info", "warning", "error"}:
        raise SettingsError("PHOENIX_LOG_LEVEL must be debug, info, warning or error.")
    for origin in settings.web.cors_origins:
        if not origin.startswith(("https://", "http://")) or "*" in origin or origin.endswith("/"):
            raise SettingsError(f"PHOENIX_CORS_ORIGINS holds {origin!r}; write an exact origin such as https://app.example.com.")
    if settings.production:
        key = settings.secrets.key
        if len(key) < 32 or len(set(key)) < 12:
            raise SettingsError(
                "PHOENIX_SECRET_KEY must be at least 32 characters of random text in production. Make one with: openssl rand -base64 48"
            )
        if not settings.mail.smtp_url:
            raise SettingsError("PHOENIX_SMTP_URL must name a mail server in production; the local mailbox is for development.")
