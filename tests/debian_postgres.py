"""Debian's PostgreSQL 15, started as its own user in a separate folder."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from phoenix.embedded.postgres.configure import CONFIGURATION

BIN = Path("/usr/lib/postgresql/15/bin")
# What decides which plan is cheapest, as in the embedded server. PostgreSQL's own defaults assume a spinning disk.
PLANNING = ("random_page_cost", "effective_cache_size", "work_mem", "jit", "max_parallel_workers_per_gather")


class DebianPostgres:
    """A server with a socket in its folder, so that it can be reached from any network namespace. Access to the folder is enough."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "pg15"
        self._as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []

    def start(self) -> str:
        for parent in (self._folder.parent, *self._folder.parent.parents) if self._as_user else ():
            # The other user must be able to pass through, and no more.
            parent.chmod(parent.stat().st_mode | 0o011)
        self._folder.mkdir()
        if self._as_user:
            shutil.chown(self._folder, "postgres", "postgres")
        self._run(str(BIN / "initdb"), "-D", str(self._folder), "-U", "phoenix", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        planning = " ".join(f"-c {name}={CONFIGURATION[name]}" for name in PLANNING)
        options = f"-c listen_addresses= -c unix_socket_directories={self._folder} -c fsync=off {planning}"
        self._run(str(BIN / "pg_ctl"), "-D", str(self._folder), "-l", str(self._folder / "log"), "-w", "-o", options, "start")
        return f"postgresql://phoenix@/postgres?host={self._folder}"

    def stop(self) -> None:
        self._run(str(BIN / "pg_ctl"), "-D", str(self._folder), "-m", "immediate", "-w", "stop")

    def _run(self, *command: str) -> None:
        subprocess.run([*self._as_user, *command], check=True, capture_output=True, cwd="/")
