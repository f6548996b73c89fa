"""The newest head of the log that this machine wrote, sealed in the data folder, beside the secret and outside the database.

The owner of a database can restore an older log together with its signed head, and everything in it fits. This file does not.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import structlog
from msgspec import Struct

from phoenix.kernel.runtime import Runtime

log = structlog.get_logger(__name__)

PURPOSE = "audit witness"
FILE = "audit_head"


class Witness(Struct, frozen=True):
    """A head, and how often the chain had been made again by then. A hash is compared only within one generation."""

    generation: int
    number: int
    hash: bytes


class Damaged(Exception):
    """The file is not what this installation wrote."""


def path_of(runtime: Runtime) -> Path:
    return runtime.settings.installation.data / FILE


def read_witness(runtime: Runtime) -> Witness | None:
    """The saved head; None if this machine saved none. Read it before the database: it is written after a commit. Raises Damaged."""
    try:
        sealed = path_of(runtime).read_bytes()
    except FileNotFoundError:
        return None
    payload = runtime.keys.unseal(PURPOSE, sealed)
    if payload is None:
        raise Damaged
    return msgspec.msgpack.decode(payload, type=Witness)


def save_witness(runtime: Runtime, witness: Witness) -> None:
    """Save a head that was committed, and log it: the process log is kept elsewhere, and bears witness to it too."""
    log.info("audit_head", number=witness.number, hash=witness.hash.hex(), generation=witness.generation)
    path = path_of(runtime)
    made = path.with_suffix(f".{os.getpid()}")
    try:
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(runtime.keys.seal(PURPOSE, msgspec.msgpack.encode(witness)))
            file.flush()
            os.fsync(file.fileno())
        made.replace(path)
    except OSError:
        # What comes after would not be protected against a roll-back: the follower stops, and says so.
        log.exception("audit_head_not_saved")
        raise
