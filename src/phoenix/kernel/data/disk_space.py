"""The space left on the disks that this installation writes to: watched, warned about, and kept from running out.

A full disk stops the database in the middle of its work, and the administrators who could make space cannot sign in any more.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import structlog

from phoenix.kernel.errors import Unavailable

log = structlog.get_logger(__name__)

MEGABYTE = 1024 * 1024
# How long a measurement counts.
SECONDS = 5.0


class DiskAlmostFull(Unavailable):
    code, title = "disk_almost_full", "Nothing can be saved at the moment"
    sentence = "The disk is almost full. Nothing was changed. Try again once an administrator has made space."


class DiskSpace:
    """The free space of some folders' disks, measured when asked, at most every few seconds. A change of what follows is logged."""

    def __init__(
        self,
        folders: Sequence[Path],
        *,
        warn: int,
        refuse: int,
        free: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folders = folders
        self._warn, self._refuse = warn * MEGABYTE, refuse * MEGABYTE
        self._free, self._clock = free, clock
        self._measured: tuple[float, dict[Path, int]] | None = None
        self._said = "enough"

    def measure(self) -> dict[Path, int]:
        """The free bytes of each folder's disk. A folder that is not there yet, or cannot be asked, is left out."""
        now = self._clock()
        if self._measured is None or now - self._measured[0] >= SECONDS:
            self._measured = now, dict(self._measurable())
            self._say()
        return self._measured[1]

    def _measurable(self) -> Iterator[tuple[Path, int]]:
        for folder in self._folders:
            try:
                if folder.exists():
                    yield folder, self._free(folder)
            except OSError as error:
                # A mount that went away must not keep people from saving elsewhere.
                log.warning("disk_space_unknown", folder=str(folder), problem=type(error).__name__)

    def require(self) -> None:
        """Raises DiskAlmostFull where so little is left that what is to be saved may fill it up."""
        if any(free < self._refuse for free in self.measure().values()):
            raise DiskAlmostFull(retry_after=60)

    def problem(self) -> str:
        """What administrators have to know; "" if there is enough space."""
        short = {folder: free for folder, free in self.measure().items() if free < self._warn}
        if not short:
            return ""
        least = min(short, key=lambda folder: short[folder])
        stops = f"Below {self._refuse // MEGABYTE} MB nothing can be saved." if self._refuse else ""
        return (
            f"The disk of {least} has {short[least] // MEGABYTE} MB left. Make space, or move the folder to a larger disk. {stops}".strip()
        )

    def _say(self) -> None:
        least = min(self.measure().values(), default=self._warn)
        said = "none" if least < self._refuse else "little" if least < self._warn else "enough"
        if said != self._said:
            self._said = said
            write = {"none": log.error, "little": log.warning, "enough": log.info}[said]
            write("disk_space", left=said, free_megabytes=least // MEGABYTE, refusing=said == "none")
