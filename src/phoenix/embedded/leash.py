"""A leash: runs a command that dies with the process that started it, even when that process is killed with SIGKILL.

Linux keeps a "parent death signal" for every process, and forgets it when the process changes its user. So this file is run
as a small program of its own, which changes the user, asks for the signal and then becomes the command: the process number
stays the same, and nothing runs between fork and exec in the parent, where threads would make that unsafe.

The signal comes when the *thread* that started the command ends: start commands from a thread that lives at least as long.
Systems other than Linux have no such signal; there a leaked server is dealt with at the next start.

This file is self-contained and imports nothing from Phoenix.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

PR_SET_PDEATHSIG = 1
CANNOT_RUN = 127


def leashed(command: Sequence[str], *, sign: signal.Signals = signal.SIGTERM, user: tuple[int, int] | None = None) -> list[str]:
    """The command line that runs `command` on a leash held by this process. `user` is the (uid, gid) to run it as.

    The command begins with a path: looking it up in PATH would import more of Python, which the user may not be able to read.
    """
    uid, gid = user or (-1, -1)
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), str(int(sign)), str(uid), str(gid), *command]


def main(arguments: Sequence[str]) -> int:
    parent, sign, uid, gid = (int(text) for text in arguments[:4])
    command = list(arguments[4:])
    set_death_signal = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if set_death_signal is not None:
        set_death_signal(PR_SET_PDEATHSIG, sign, 0, 0, 0)
    if os.getppid() != parent:
        # The parent was gone before the leash was on.
        return 0
    try:
        os.execv(command[0], command)  # noqa: S606 - becoming the command, without a shell, is what this is for
    except OSError as error:
        sys.stderr.write(f"{command[0]} cannot be run: {error.strerror}.\n")
    return CANNOT_RUN


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
