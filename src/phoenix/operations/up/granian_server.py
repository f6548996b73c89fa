"""The public listener: granian, whose workers are forks of a process that has read the secrets, so that one started later has them too."""

from __future__ import annotations

import multiprocessing

from granian.cli import entrypoint

from phoenix.settings import settings_of_process

if __name__ == "__main__":
    settings_of_process()
    multiprocessing.set_start_method("fork")
    entrypoint()  # type: ignore[no-untyped-call]
