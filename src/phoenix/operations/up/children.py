"""A child process: it dies with its parent, its output is passed on line by line, and it is stopped with all it started."""

from __future__ import annotations

import collections
import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping
from typing import IO, Protocol

from phoenix.embedded.leash import leashed
from phoenix.embedded.processes import collect
from phoenix.operations.up.hand_over import handed_over
from phoenix.operations.up.plan import Part

KEPT_LINES = 20


class Supervised(Protocol):
    """What the supervisor keeps running: a child, the database or the cache."""

    name: str

    def start(self) -> object:
        """Start it. If that can be checked, wait until it works."""

    def has_ended(self) -> bool: ...

    def stop(self) -> None:
        """Stop it within a time limit. Does nothing if it is not running."""

    def kill(self) -> None:
        """Tell it to exit at once. Does not wait, and takes no lock."""

    def last_words(self) -> list[str]:
        """Its last lines of output."""


class Child:
    """One process of Phoenix. It leads a process group, so that nothing it started survives it."""

    def __init__(self, part: Part, environment: Mapping[str, str], write: Callable[[str, str], None]) -> None:
        self.name = part.name
        self._part = part
        self._environment = dict(environment)
        self._write = write
        self._process: subprocess.Popen[str] | None = None
        self._pump: threading.Thread | None = None
        self._lines: collections.deque[str] = collections.deque(maxlen=KEPT_LINES)

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        self._lines.clear()
        with handed_over(self._environment) as (environment, descriptors):
            self._process = subprocess.Popen(  # noqa: S603
                leashed(self._part.command),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                env=environment,
                pass_fds=descriptors,
                start_new_session=True,
            )
        self._pump = threading.Thread(target=self._pass_on, args=(self._process.stdout,), name=f"{self.name} output", daemon=True)
        self._pump.start()

    def has_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def stop(self) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(self._part.patience)
        self.kill()
        collect(self._process)
        if self._pump is not None:
            self._pump.join(timeout=1)
        self._process = self._pump = None

    def kill(self) -> None:
        """Kill the whole group: a server that died may have left workers that hold its port."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def last_words(self) -> list[str]:
        return list(self._lines)

    def _pass_on(self, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                self._lines.append(line.rstrip())
                self._write(self.name, line.rstrip())


def run_to_end(command: tuple[str, ...], environment: Mapping[str, str], *, errors: bool = False) -> tuple[int, str]:
    """Run a command that dies with this process. Returns its exit status and standard output.

    Its standard error is shown as it arrives, or with `errors` returned along with the rest.
    """
    with handed_over(environment) as (given, descriptors):
        done = subprocess.run(  # noqa: S603
            leashed(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if errors else None,
            text=True,
            errors="replace",
            env=given,
            pass_fds=descriptors,
            check=False,
        )
    return done.returncode, done.stdout
