"""Settings: one frozen dataclass per concern, read once from the environment.

Every variable's name is PHOENIX_ followed by the name given to `setting`. A variable `PHOENIX_X_FILE` names a file that
contains the value of `PHOENIX_X`, for secrets. `docs/settings.md` lists all of them, which a test checks.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from phoenix.settings.checks import MADE_IN_DEVELOPMENT, STRICT, check
from phoenix.settings.concerns import (
    AccountSettings,
    AdminSettings,
    CacheSettings,
    DatabaseSettings,
    InstallationSettings,
    RealtimeSettings,
    SecretSettings,
    SessionSettings,
    WebSettings,
)
from phoenix.settings.declare import PREFIX, WITHHELD, SettingsError, Variable, read_concern, setting, unknown, variables_of
from phoenix.settings.email import EmailSettings
from phoenix.settings.logs import DevelopmentSettings, LogSettings
from phoenix.settings.process import DESCRIPTOR, close_memory, inherited
from phoenix.settings.sms import SmsSettings

__all__ = [
    "DESCRIPTOR",
    "MADE_IN_DEVELOPMENT",
    "PREFIX",
    "WITHHELD",
    "AccountSettings",
    "AdminSettings",
    "CacheSettings",
    "DatabaseSettings",
    "DevelopmentSettings",
    "EmailSettings",
    "InstallationSettings",
    "LogSettings",
    "RealtimeSettings",
    "SecretSettings",
    "SessionSettings",
    "Settings",
    "SettingsError",
    "SmsSettings",
    "Variable",
    "WebSettings",
    "read_concern",
    "read_settings",
    "setting",
    "settings_of_process",
    "unknown",
    "values",
    "variables",
    "variables_of",
]


UNSPECIFIED = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared, not bound


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator can set."""

    installation: InstallationSettings = field(default_factory=InstallationSettings)
    web: WebSettings = field(default_factory=WebSettings)
    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    cache: CacheSettings = field(default_factory=CacheSettings)
    secrets: SecretSettings = field(default_factory=SecretSettings)
    sessions: SessionSettings = field(default_factory=SessionSettings)
    accounts: AccountSettings = field(default_factory=AccountSettings)
    admin: AdminSettings = field(default_factory=AdminSettings)
    email: EmailSettings = field(default_factory=EmailSettings)
    sms: SmsSettings = field(default_factory=SmsSettings)
    realtime: RealtimeSettings = field(default_factory=RealtimeSettings)
    logs: LogSettings = field(default_factory=LogSettings)
    developing: DevelopmentSettings = field(default_factory=DevelopmentSettings)
    given: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    """Every PHOENIX_ variable as given, from which modules read theirs. It contains secrets."""

    @property
    def strict(self) -> bool:
        """Whether people's real data can be here, so that nothing is relaxed for developers' convenience."""
        return self.installation.environment in STRICT

    @property
    def development(self) -> bool:
        """Whether this is for developing Phoenix, with its internals visible. Never true for an installation that strangers can reach."""
        return self.installation.environment == "development"

    @property
    def second_factor_for(self) -> str:
        """Who must have a second factor: `nobody`, `staff` or `everybody`."""
        return self.accounts.second_factor_for or ("staff" if self.strict else "nobody")

    @property
    def for_staff(self) -> bool:
        """Whether these are the settings of the admin listener, which uses the address for staff."""
        return self.web.public_url.rstrip("/") == self.admin.origin

    @property
    def public_url(self) -> str:
        """Origin people use, without a trailing slash."""
        if self.web.public_url:
            return self.web.public_url.rstrip("/")
        if self.web.domain:
            return f"https://{self.web.domain}"
        return self.url_here(self.web.port)

    @property
    def by_name(self) -> bool:
        """Whether people on this machine use it as localhost, since passkeys need a name. Never where people's real data can be."""
        return not self.strict and not self.web.domain and self.web.host in {"127.0.0.1", "::1", *UNSPECIFIED}

    def url_here(self, port: int) -> str:
        """The address under which this machine reaches a port of the public listener."""
        host = "127.0.0.1" if self.web.host in UNSPECIFIED else self.web.host
        host = "localhost" if self.by_name else host
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read and check every setting. Raises SettingsError, naming the first invalid variable."""
    env = {**os.environ, **inherited()} if environment is None else environment
    parts = {name: read_concern(kind, env) for name, kind in concerns()}
    settings = Settings(**parts, given={name: value for name, value in env.items() if name.startswith(PREFIX)})
    check(settings)
    return settings


def settings_of_process() -> Settings:
    """Like `read_settings`, for a process at its start: outside development it closes its memory to other processes of the same user."""
    settings = read_settings()
    if not settings.development:
        close_memory()
    return settings


def concerns() -> list[tuple[str, type[Any]]]:
    """Every concern of Phoenix itself, by the name of its field."""
    return [
        (part.name, part.default_factory)  # type: ignore[misc]
        for part in dataclasses.fields(Settings)
        if part.name != "given"
    ]


def values(settings: Settings) -> list[tuple[str, Variable, Any]]:
    """Every setting of Phoenix itself as currently in effect, with the heading of its concern."""
    found = []
    for name, kind in concerns():
        part = getattr(settings, name)
        for variable, f in zip(variables_of(kind), dataclasses.fields(kind), strict=True):
            found.append(((kind.__doc__ or "").rstrip("."), variable, getattr(part, f.name)))
    return found


def variables() -> list[tuple[str, Variable]]:
    """Every setting of Phoenix itself with its concern, in the order of this file."""
    return [(name, variable) for name, kind in concerns() for variable in variables_of(kind)]
