"""How the command line becomes the process that starts and watches all others."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import NoReturn

from phoenix.operations.up.plan import variables
from phoenix.settings import Settings


def up(settings: Settings, *, json: bool) -> NoReturn:
    """Become `python -m phoenix.operations.up` with these settings; its exit status is described there.

    The command line holds every module of Phoenix in memory, and this process stays for as long as Phoenix runs: it begins
    anew, under the same number, with a quarter of the memory.
    """
    if sys.stderr.isatty() and "PHOENIX_LOG_FORMAT" not in os.environ:
        # A person is looking, and nobody said otherwise.
        settings = replace(settings, logs=replace(settings.logs, format="pretty"))
    command = [sys.executable, "-m", "phoenix.operations.up", *(["--json"] if json else [])]
    os.execve(sys.executable, command, variables(settings, os.environ))  # noqa: S606 - no shell, and no input in it
