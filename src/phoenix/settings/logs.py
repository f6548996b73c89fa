"""The settings for what is logged, and for people who change Phoenix itself."""

from __future__ import annotations

from dataclasses import dataclass

from phoenix.settings.declare import one_of, setting


@dataclass(frozen=True, slots=True)
class DevelopmentSettings:
    """For people who change Phoenix itself. Refused outside development."""

    reload: bool = setting(
        "RELOAD",
        False,
        "Reload the code when a Python file changes, and rebuild the bundles when something in `web/` changes; development only.",
    )
    sql_log: bool = setting(
        "SQL_LOG",
        False,
        "Log the statements of each request with their times and the line that asked, without their values; development only.",
    )


@dataclass(frozen=True, slots=True)
class LogSettings:
    """What is written to standard error."""

    level: str = setting("LOG_LEVEL", "info", "`debug`, `info`, `warning` or `error`.", one_of("debug", "info", "warning", "error"))
    format: str = setting("LOG_FORMAT", "json", "`json`, or `pretty` for people.", one_of("json", "pretty"))
