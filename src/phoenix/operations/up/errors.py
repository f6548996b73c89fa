"""Why `phoenix up` does not start: a sentence for the operator and an exit status for scripts."""

from __future__ import annotations


class RefusalError(Exception):
    """Phoenix cannot start here as it was asked to. The message says why and what to do."""

    status = 1


class WrongSettingError(RefusalError):
    """A setting cannot be used. The message names the variable and the fix."""

    status = 2


class NewerDataError(RefusalError):
    """The data was written by a newer Phoenix than this one."""

    status = 3
