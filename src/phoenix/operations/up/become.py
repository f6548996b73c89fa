"""How the command line turns into the process that starts and supervises all others."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import NoReturn

from phoenix.operations.up.hand_over import handed_over
from phoenix.operations.up.plan import variables
from phoenix.settings import Settings


def up(settings: Settings, *, json: bool) -> NoReturn:
    """Replace this process with `python -m phoenix.operations.up`, with these settings. Its exit status is described there.

    The command line has every module of Phoenix in memory, and this process stays for as long as Phoenix runs. So it starts
    again with the same process ID and a quarter of the memory.
    """
    if sys.stderr.isatty() and "PHOENIX_LOG_FORMAT" not in os.environ:
        # A person is reading along and has not chosen a format.
        settings = replace(settings, logs=replace(settings.logs, format="pretty"))
    command = [sys.executable, "-m", "phoenix.operations.up", *(["--json"] if json else [])]
    with handed_over(variables(settings, os.environ)) as (environment, descriptors):
        for descriptor in descriptors:
            os.set_inheritable(descriptor, True)
        os.execve(sys.executable, command, environment)  # noqa: S606 - no shell, and no input in it
