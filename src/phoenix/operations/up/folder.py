"""The data folder: checking that it can be used, locking it, and the secret stored in it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import msgspec

from phoenix.operations.up.errors import NewerDataError, StartError
from phoenix.settings import MADE_IN_DEVELOPMENT

MARK = "phoenix.json"
LOCK = "phoenix.lock"
# Increased when an older Phoenix can no longer use what a newer one has written here.
FORMAT = 1


class Mark(msgspec.Struct, frozen=True):
    """The content of `phoenix.json`: it marks a data folder of Phoenix, and names its layout."""

    format: int


@contextlib.contextmanager
def claim(folder: Path) -> Iterator[Path]:
    """Create the folder if it is missing, and lock it for this process for the duration of the block.

    The lock is the kernel's, so that it ends with the process in every case. Raises StartError if the folder cannot be used,
    NewerDataError if its layout is newer than this version of Phoenix supports.
    """
    folder = folder.expanduser().resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _check_ours(folder)
        lock = (folder / LOCK).open("a+", encoding="ascii")
    except (NotADirectoryError, FileExistsError):
        raise StartError(f"{folder} is not a folder. Name another with --data.") from None
    except OSError as error:
        raise StartError(f"The data folder {folder} cannot be written to: {error.strerror}. Name another with --data.") from None
    with lock:
        _lock(lock, folder)
        (folder / MARK).write_bytes(msgspec.json.encode(Mark(FORMAT)))
        yield folder


def secret_key(folder: Path) -> str:
    """The secret of a development installation, created at its first start and readable only by its owner."""
    path = folder / "secret_key"
    with contextlib.suppress(FileNotFoundError):
        if key := path.read_text(encoding="ascii").strip():
            return key
    key = MADE_IN_DEVELOPMENT + secrets.token_urlsafe(48)
    # Written to a temporary file and moved into place, so that a crash leaves no partial key.
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:  # noqa: PTH123 - the mode
        file.write(key)
        os.fsync(file.fileno())
    new.rename(path)
    return key


def _check_ours(folder: Path) -> None:
    mark = folder / MARK
    if mark.exists():
        try:
            found = msgspec.json.decode(mark.read_bytes(), type=Mark).format
        except msgspec.DecodeError:
            # Truncated by a crash of the machine; it is written again.
            return
        if found > FORMAT:
            raise NewerDataError(
                f"The data folder {folder} was written by a newer Phoenix. Install that version, or name another with --data."
            )
    elif any(path.name != LOCK for path in folder.iterdir()):
        raise StartError(f"The folder {folder} is not empty and is not a Phoenix data folder. Name another with --data.")


def _lock(lock: TextIO, folder: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        raise StartError(
            f"The data folder {folder} is in use by another Phoenix, process {holder}. Stop it, or name another folder with --data."
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
