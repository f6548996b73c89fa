"""Processes by their ID: whether one is running, whether it is ours, and how to end it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

POLL_SECONDS = 0.02
KILLED_SECONDS = 5.0
LINUX = os.uname().sysname == "Linux"


class EmbeddedError(Exception):
    """A server that Phoenix starts itself cannot be started or stopped. The message is for the operator."""


def is_gone(pid: int) -> bool:
    """Whether no process with that ID is running. One that has exited and waits for its parent (a zombie) counts as gone."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return LINUX
    # The name is in brackets and can contain anything, so look after the last bracket.
    return status.rpartition(")")[2].split()[0] in {"Z", "X"}


def command_of(pid: int) -> str:
    """The command line of a process, or an empty string."""
    if LINUX:
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            return ""
    shown = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S603, S607
    return shown.stdout.strip()


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait for a condition. Returns whether it became true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= end:
            return False
        time.sleep(POLL_SECONDS)
    return True


def tell(pid: int, sign: signal.Signals) -> None:
    """Send a signal to a process that may have gone."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, sign)


def end(pid: int, *, sign: signal.Signals, seconds: float) -> None:
    """End a process that is not our child, with SIGTERM, then SIGKILL. Raises EmbeddedError if it does not exit."""
    for step, patience in ((sign, seconds), (signal.SIGKILL, KILLED_SECONDS)):
        try:
            os.kill(pid, step)
        except ProcessLookupError:
            return
        except PermissionError:
            raise EmbeddedError(f"Process {pid}, left over from an earlier start, belongs to another user. Stop it first.") from None
        if wait_until(lambda: is_gone(pid), patience):
            return
    raise EmbeddedError(f"Process {pid}, left over from an earlier start, does not stop. Stop it first.")


def end_child(process: subprocess.Popen[bytes], *, sign: signal.Signals, seconds: float) -> None:
    """End a child, with SIGTERM, then SIGKILL, and collect its exit status."""
    if process.poll() is None:
        process.send_signal(sign)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
    collect(process)


def collect(process: subprocess.Popen[Any]) -> None:
    """Collect the exit status of a child that has exited or was killed. One that cannot be collected must not hold up the rest of a stop."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(KILLED_SECONDS)


def tail(path: Path, lines: int = 12) -> list[str]:
    """The last lines of a log."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
    except OSError:
        return []
