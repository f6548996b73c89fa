"""The settings of this process. What is secret of them comes by a descriptor where `phoenix up` started it, and stays in its memory."""

from __future__ import annotations

import ctypes
import json
import os
import sys
from functools import cache

from phoenix.settings.declare import SettingsError

# Names the descriptor from which this process reads its secrets, once.
DESCRIPTOR = "PHOENIX_UP_SECRETS"
PR_SET_DUMPABLE = 4


@cache
def inherited() -> dict[str, str]:
    """The variables that the parent passed by a descriptor, which is read at the first call and closed. They get into no environment.

    An environment is readable in /proc for every process of the same user, for as long as the process lives.
    """
    number = os.environ.pop(DESCRIPTOR, "")
    if not number:
        return {}
    try:
        with os.fdopen(int(number), "rb") as file:
            return dict(json.load(file))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{DESCRIPTOR} names no descriptor with secrets. Only `phoenix up` sets it.") from error


def close_memory() -> None:
    """Keep other processes of this user out of this one: of its memory, its descriptors and its environment, and of core dumps.

    Linux gives all of that to every process of the same user, such as a third-party program that was taken over. It
    does not keep out root.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
