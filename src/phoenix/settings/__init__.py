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

from phoenix.settings.checks import MADE_IN_DEVELOPMENT, STRICT, check
from phoenix.settings.concerns import Accounts, Admin, Cache, Database, Logs, Mail, Place, Realtime, Secrets, Sessions, SettingsError, Web

__all__ = [
    "MADE_IN_DEVELOPMENT",
    "Accounts",
    "Admin",
    "Cache",
    "Database",
    "Logs",
    "Mail",
    "Place",
    "Realtime",
    "Secrets",
    "Sessions",
    "Settings",
    "SettingsError",
    "Web",
    "read_settings",
    "variables",
]


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator can set."""

    place: Place = field(default_factory=Place)
    web: Web = field(default_factory=Web)
    database: Database = field(default_factory=Database)
    cache: Cache = field(default_factory=Cache)
    secrets: Secrets = field(default_factory=Secrets)
    sessions: Sessions = field(default_factory=Sessions)
    accounts: Accounts = field(default_factory=Accounts)
    admin: Admin = field(default_factory=Admin)
    mail: Mail = field(default_factory=Mail)
    realtime: Realtime = field(default_factory=Realtime)
    logs: Logs = field(default_factory=Logs)

    @property
    def strict(self) -> bool:
        """Whether people's real data may be here: nothing is let pass for a developer's comfort."""
        return self.place.environment in STRICT

    @property
    def second_factor_for(self) -> str:
        """Who must have a second factor: `nobody`, `staff` or `everybody`."""
        return self.accounts.second_factor_for or ("staff" if self.strict else "nobody")

    @property
    def for_staff(self) -> bool:
        """Whether these are the settings of the admin listener, which stands under the address that staff use."""
        return self.web.public_url.rstrip("/") == self.admin.origin

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
    check(settings)
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
