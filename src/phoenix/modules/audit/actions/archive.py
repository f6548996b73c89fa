"""Whole months of the log moved to files that can still be verified. What people wrote stays in the database, where it can be erased."""

from __future__ import annotations

import asyncio
import gzip
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import structlog
from msgspec import Struct

from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.modules.audit import queries
from phoenix.modules.audit.actions.base import is_signed, read_base, sign_archive
from phoenix.modules.audit.actions.chain import fault_of
from phoenix.modules.audit.actions.state import FIRST, read_state
from phoenix.modules.audit.errors import AuditLogBroken
from phoenix.modules.audit.events import AuditLogArchived
from phoenix.modules.audit.queries import AuditRow

log = structlog.get_logger(__name__)

FOLDER = "audit-archive"
BATCH = 1000
# The newest rows stay in any case, since the end of the log is verified with them.
STAY = 1000


class End(Struct, frozen=True, tag="end"):
    """The last line of a file: what the rows before it are chained to, and the signature of that."""

    first: int
    previous_hash: bytes
    last: int
    hash: bytes
    signed: str


class Line(Struct, frozen=True, tag="row"):
    row: AuditRow


async def archive_old(runtime: Runtime, keep: timedelta) -> int:
    """Move every whole month that is older to a file. Returns the number of rows moved."""
    moved = 0
    while rows := await _archive_month(runtime, keep):
        moved += rows
    while True:
        async with runtime.database.transaction() as tx:
            if not await tx.one(queries.TRIM, BATCH):
                return moved


async def _archive_month(runtime: Runtime, keep: timedelta) -> int:
    async with runtime.database.reader() as db:
        base, previous = await read_base(runtime, db)
        head, state = await db.maybe(queries.HEAD), await read_state(runtime, db) or FIRST
        first = next(iter(await db.all(queries.ROWS, base, 1)), None)
    until = None if first is None else _next_month(first.at)
    if head is None or first is None or until is None or until > runtime.clock.now() - keep or state.bridge is not None:
        return 0
    runtime.disk_space.require()
    path = runtime.settings.installation.data / FOLDER / f"audit-{first.at.astimezone(UTC):%Y-%m}-from-{base + 1}.jsonl.gz"
    end = await _write(runtime, path, until, base, previous, min(head.number - STAY, state.done))
    if end is None:
        return 0
    # Nothing is deleted before what is on the disk was read again.
    await asyncio.to_thread(verify_archive, runtime, path)
    async with runtime.database.transaction() as tx:
        await tx.execute(queries.ADD_ARCHIVE, end.first, end.last, end.previous_hash, end.hash, path.name, tx.now, end.signed)
        tx.record(AuditLogArchived(subject=str(end.last), first=end.first))
    log.info("audit_log_archived", first=end.first, last=end.last, file=path.name, hash=end.hash.hex())
    return end.last - end.first + 1


async def _write(runtime: Runtime, path: Path, until: datetime, base: int, previous: bytes, most: int) -> End | None:
    """The rows of the month; None if not all of them can go yet. A file that was started before is written again."""
    await asyncio.to_thread(path.parent.mkdir, mode=0o700, parents=True, exist_ok=True)
    made, number, hash_, whole = path.with_suffix(".part"), base, previous, False
    with gzip.open(made, "wb") as file:
        while not whole:
            async with runtime.database.reader() as db:
                rows = await db.all(queries.ROWS, number, BATCH)
            for row in rows:
                if row.at >= until:
                    whole = True
                    break
                if fault := fault_of(row, number, hash_, FIRST):
                    raise AuditLogBroken(fault)
                file.write(msgspec.json.encode(Line(row)) + b"\n")
                number, hash_ = row.number, row.hash
            if not rows:
                break
        end = End(base + 1, previous, number, hash_, sign_archive(runtime, base + 1, previous, number, hash_))
        file.write(msgspec.json.encode(end) + b"\n")
    if not whole or number > most or number == base:
        made.unlink()
        return None
    await asyncio.to_thread(_keep, made, path)
    return end


def verify_archive(runtime: Runtime, path: Path) -> End:
    """Verify a file: every row follows the one before it, and the end is signed by this installation. Raises AuditLogBroken."""
    number, hash_, first, before = 0, b"", 0, b""
    end: End | None = None
    for line in _lines(path):
        if end is not None:
            raise AuditLogBroken(_("The file continues after its signed end."))
        if isinstance(line, End):
            end = line
            continue
        if not first:
            first, before = line.row.number, line.row.previous_hash
            number, hash_ = first - 1, before
        if fault := fault_of(line.row, number, hash_, FIRST):
            raise AuditLogBroken(fault)
        number, hash_ = line.row.number, line.row.hash
    if end is None or (end.first, end.previous_hash, end.last, end.hash) != (first, before, number, hash_):
        raise AuditLogBroken(_("Row {number} is missing: the end of the file was cut off.").format(number=number + 1))
    if not is_signed(runtime, end.signed, first, before, number, hash_):
        raise AuditLogBroken(_("The end of the file is not signed by this installation."))
    return end


def _lines(path: Path) -> Iterator[Line | End]:
    try:
        with gzip.open(path, "rb") as file:
            for line in file:
                yield msgspec.json.decode(line, type=Line | End)
    except (OSError, EOFError, msgspec.DecodeError) as error:
        raise AuditLogBroken(_("The file cannot be read: {why}.").format(why=str(error).rstrip("."))) from error


def _keep(made: Path, path: Path) -> None:
    with made.open("rb") as file:
        os.fsync(file.fileno())
    made.chmod(0o600)
    made.replace(path)
    # Its name too is on the disk before rows are deleted.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _next_month(at: datetime) -> datetime:
    at = at.astimezone(UTC)
    return datetime(at.year + at.month // 12, at.month % 12 + 1, 1, tzinfo=UTC)
