"""Processes that outlive a Phoenix killed by SIGKILL, and use its data folder with nothing left to stop them.

Children die with their parent (see `phoenix.embedded.leash`); their own children, such as web workers, may not. They are recognised
by an option in their command line, or in their environment. Only Linux shows these of other processes; on other systems none are searched for.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

from phoenix.embedded import processes
from phoenix.operations.up.plan import DATA_OPTION, DATA_VARIABLE

PATIENCE_SECONDS = 3.0


def end_leftovers(data: Path) -> list[int]:
    """End every process of an earlier Phoenix on this data folder. Returns their IDs. The folder's lock must be held."""
    found = _of(data)
    processes.wait_until(lambda: all(processes.is_gone(pid) for pid in found), PATIENCE_SECONDS)
    left = [pid for pid in found if not processes.is_gone(pid)]
    for pid in left:
        processes.tell(pid, signal.SIGKILL)
    processes.wait_until(lambda: all(processes.is_gone(pid) for pid in left), PATIENCE_SECONDS)
    return found


def _of(data: Path) -> list[int]:
    variable, option = f"{DATA_VARIABLE}={data}".encode(), f"{DATA_OPTION}={data}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        ours = option in _parts(folder / "cmdline") or variable in _parts(folder / "environ")
        if ours and int(folder.name) != os.getpid() and not processes.is_gone(int(folder.name)):
            found.append(int(folder.name))
    return found


def _parts(path: Path) -> list[bytes]:
    try:
        return path.read_bytes().split(b"\0")
    except OSError:
        return []
