"""The command line. `phoenix up` starts here with little memory; every other command is in `commands`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

from cyclopts import App, Parameter

from phoenix.operations.references import folder_of, references
from phoenix.operations.up import up as become
from phoenix.settings import SettingsError, read_settings

WRONG_SETTINGS = 2


def up(
    *,
    port: Annotated[int | None, Parameter(help="Port of the public listener. Default 8000.")] = None,
    data: Annotated[Path | None, Parameter(help="Folder for all data of Phoenix. Default ./data.")] = None,
    demo: Annotated[bool | None, Parameter(help="Fill an empty database with demo people and entries.")] = None,
    database_url: Annotated[str | None, Parameter(help="Use this PostgreSQL instead of the embedded one.")] = None,
    cache_url: Annotated[str | None, Parameter(help="Use this Valkey or Redis instead of the embedded one.")] = None,
    domain: Annotated[str | None, Parameter(help="Serve HTTPS for this name, with a certificate by ACME.")] = None,
    workers: Annotated[int | None, Parameter(help="Web worker processes. Default 1.")] = None,
    json: Annotated[bool, Parameter(help="Print the ready line as a JSON object with every address.", negative="")] = False,
) -> None:
    """Start Phoenix on this machine, and keep it running until Ctrl-C.

    PostgreSQL, Valkey, web workers, a job worker and a local mailbox, each restarted when it dies.
    """
    given = {
        "PORT": port,
        "DATA": data,
        "DEMO": demo,
        "DATABASE_URL": database_url,
        "CACHE_URL": cache_url,
        "DOMAIN": domain,
        "WORKERS": workers,
    }
    options = {f"PHOENIX_{name}": str(value) for name, value in given.items() if value is not None}
    become(read_settings({**os.environ, **options}), json=json)


def main() -> None:
    """Run the command line. An error prints one sentence and exits with status 1, or 2 for an invalid setting."""
    arguments = sys.argv[1:]
    try:
        for reference in references(os.environ):
            folder_of(reference)
    except SettingsError as error:
        _refuse(error)
    if arguments[:1] != ["up"] or {"--help", "-h"} & set(arguments):
        # These need all modules, which take a second to load. A check of the settings needs no more than those.
        program = "phoenix.check_settings" if arguments == ["settings", "--check"] else "phoenix.commands"
        os.execv(sys.executable, [sys.executable, "-m", program, *arguments])  # noqa: S606 - no shell
    try:
        App(default_command=up)(arguments[1:])
    except SettingsError as error:
        _refuse(error)


def _refuse(error: SettingsError) -> NoReturn:
    sys.stderr.write(f"{error}\n")
    raise SystemExit(WRONG_SETTINGS) from None


if __name__ == "__main__":
    main()
