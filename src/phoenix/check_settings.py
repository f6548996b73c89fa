"""`phoenix settings --check` in its own process: it needs the modules, which declare settings, and nothing else of the commands."""

from __future__ import annotations

import sys

from phoenix.composition import REGISTRY
from phoenix.operations.up.errors import WrongSettingError
from phoenix.settings import SettingsError, read_settings, unknown


def check_settings() -> None:
    """Name on standard error what is set and is no setting. Raises SettingsError for the first value that cannot be used."""
    found = read_settings()
    REGISTRY.check_settings(found)
    for sentence in unknown(found.given, {variable.name for _, variable in REGISTRY.variables}):
        sys.stderr.write(f"{sentence}\n")


def main() -> None:
    """The exit status is 2 for a value that cannot be used."""
    try:
        check_settings()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(WrongSettingError.status) from None


if __name__ == "__main__":
    main()
