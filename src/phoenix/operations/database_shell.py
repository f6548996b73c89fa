"""`phoenix db shell`: psql on this installation's database. The password is not on the command line, which everyone on the machine can read."""

from __future__ import annotations

import os
import shutil
import sys
from typing import NoReturn
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from phoenix.embedded.postgres.programs import program
from phoenix.embedded.processes import EmbeddedError
from phoenix.operations.migrate import MigrationError


class NoShellError(MigrationError):
    """There is no psql on this machine."""


def open_shell(url: str, arguments: tuple[str, ...] = ()) -> NoReturn:
    """Replace this process with psql. Raises NoShellError."""
    address, password = without_secret(url)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PHOENIX_")}
    if password:
        environment["PGPASSWORD"] = password
    psql = find_psql()
    sys.stdout.flush()
    os.execve(psql, ["psql", address, *arguments], environment)  # noqa: S606 - no shell


def without_secret(url: str) -> tuple[str, str]:
    """A URL without its password, and the password, wherever it was in the URL."""
    parts = urlsplit(url)
    options = parse_qsl(parts.query)
    password = unquote(parts.password or "") or dict(options).get("password", "")
    user, _, place = parts.netloc.rpartition("@")
    user = user.partition(":")[0]
    kept = urlencode([(name, value) for name, value in options if name != "password"], safe="/")
    # Written out, since without a host the standard library leaves out the two slashes, and psql takes that for a name.
    return f"{parts.scheme}://{user}{'@' if user else ''}{place}{parts.path}{'?' if kept else ''}{kept}", password


def find_psql() -> str:
    """The machine's own psql, which supports its terminal best, else the one that comes with the embedded PostgreSQL."""
    if found := shutil.which("psql"):
        return found
    try:
        bundled = program("psql")
    except EmbeddedError:
        bundled = None
    if bundled is not None and bundled.exists():
        return str(bundled)
    raise NoShellError("There is no psql on this machine. Debian: apt install postgresql-client")
