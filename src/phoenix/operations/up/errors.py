"""Why `phoenix up` does not start: a sentence for the operator and an exit status for scripts."""

from __future__ import annotations


class StartError(Exception):
    """Phoenix cannot start here as it was asked to. The message says why and what to do."""

    status = 1


class WrongSettingError(StartError):
    """A setting cannot be used. The message names the variable and the fix."""

    status = 2


class NewerDataError(StartError):
    """The data was written by a newer Phoenix than this one."""

    status = 3
