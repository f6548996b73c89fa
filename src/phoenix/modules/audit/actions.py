"""The audit log: written by following the events, and verified from its first row to its signed end.

Each row's hash covers the previous hash, so that a change, a gap or a different order breaks every later hash. The end is
signed with a key that is not in the database, so that a truncation is found as well.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC
from itertools import pairwise

import msgspec
from msgspec import Struct

from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.events import Recorded
from phoenix.kernel.i18n.text import _
from phoenix.kernel.runtime import Runtime
from phoenix.modules.audit import queries
from phoenix.modules.audit.errors import AuditLogBroken
from phoenix.modules.audit.events import AuditLogSigned
from phoenix.modules.audit.queries import AuditRow, Head

# Its original name, under which its position is stored.
FOLLOWER = "admin.audit"
PURPOSE = "audit head"
BEFORE_THE_FIRST = bytes(32)
BATCH = 1000
CHECKED_ROWS = 200


class Verification(Struct, frozen=True):
    """How many rows were checked, and what is wrong with the first row that was altered; "" if none was."""

    rows: int
    fault: str


async def append(runtime: Runtime, tx: Transaction, batch: Sequence[Recorded]) -> None:
    """Append events, in the transaction that moves the follower's position. Events already in the log are skipped.

    Raises AuditLogBroken if the log's end was altered: continuing and signing the new end would hide that.
    """
    head = await tx.maybe(queries.TAKE_HEAD)
    newest = await tx.maybe(queries.LAST)
    if fault := await _fault_of_end(runtime, tx, head, newest, newest.number if newest else 0):
        raise AuditLogBroken(fault)
    number, previous = (head.number, head.hash) if head else (0, BEFORE_THE_FIRST)
    known = set(await tx.all(queries.KNOWN, [event.id for event in batch]))
    rows = []
    for event in batch:
        if event.id in known:
            continue
        number += 1
        row = AuditRow(
            number, event.occurred_at, event.actor, event.impersonator, event.kind, event.subject, event.organisation, event.data,
            event.id, previous, b"",
        )  # fmt: skip
        previous = hash_of(row)
        rows.append(msgspec.structs.astuple(msgspec.structs.replace(row, hash=previous)))
    if rows:
        await tx.execute(queries.APPEND, *map(list, zip(*rows, strict=True)))
        await tx.execute(queries.SET_HEAD, number, previous, runtime.keys.sign(PURPOSE, _end(number, previous)))


def hash_of(row: AuditRow) -> bytes:
    """SHA-256 over the previous hash and the fields of a row, as JSON with sorted keys and the time in microseconds."""
    at = row.at.astimezone(UTC).isoformat(timespec="microseconds")
    fields = [row.number, at, row.actor, row.impersonator, row.action, row.subject, row.organisation, row.data, row.event]
    return hashlib.sha256(row.previous_hash + msgspec.json.encode(fields, order="sorted")).digest()


async def verify(runtime: Runtime, db: Reader) -> Verification:
    """Verify the whole log, in batches, and its end. The end is read first, since rows can be added while this runs."""
    newest = await db.maybe(queries.LAST)
    head = await db.maybe(queries.HEAD)
    number, previous = 0, BEFORE_THE_FIRST
    while head is not None and number < head.number:
        rows = await db.all(queries.ROWS, number, min(BATCH, head.number - number))
        for row in rows:
            if fault := _fault_of(row, number, previous):
                return Verification(number, fault)
            number, previous = row.number, row.hash
        if not rows:
            break
    if head is not None and number == head.number and previous != head.hash:
        return Verification(number, _("Row {number} was changed.").format(number=number))
    return Verification(number, await _fault_of_end(runtime, db, head, newest, number))


async def check_end(runtime: Runtime, db: Reader) -> str:
    """What is wrong with the latest rows, or with the end; "" if nothing is. A quick check, not of the whole log."""
    last = await db.maybe(queries.LAST)
    head = await db.maybe(queries.HEAD)
    newest = await db.all(queries.NEWEST, *queries.NEWEST.start, CHECKED_ROWS)
    for later, earlier in pairwise(newest):
        if fault := _fault_of(later, earlier.number, earlier.hash):
            return fault
    return await _fault_of_end(runtime, db, head, last, newest[0].number if newest else 0)


async def sign_again(runtime: Runtime, tx: Transaction) -> int:
    """Sign the end as it is, and rewrite the rows missing after it. Returns the number of the last row.

    For operators, after the secret was changed or damage was investigated. This is recorded as an event.
    """
    last = await tx.maybe(queries.LAST)
    number, hash_ = (last.number, last.hash) if last else (0, BEFORE_THE_FIRST)
    await tx.execute(queries.SET_HEAD, number, hash_, runtime.keys.sign(PURPOSE, _end(number, hash_)))
    await tx.execute(queries.GO_BACK, FOLLOWER, last.event if last else "")
    tx.record(AuditLogSigned(subject=str(number)))
    return number


async def check(runtime: Runtime) -> Verification:
    """Verify the log, and store the result."""
    async with runtime.database.reader() as db:
        verification = await verify(runtime, db)
    async with runtime.database.transaction() as tx:
        await tx.execute(queries.SET_CHECKED, tx.now, verification.rows, verification.fault)
    return verification


def _fault_of(row: AuditRow, number: int, previous: bytes) -> str:
    if row.number != number + 1:
        return _("Row {number} is missing.").format(number=number + 1)
    if row.previous_hash != previous:
        return _("Row {number} does not follow the row before it. It was inserted, or the row before it was changed.").format(
            number=row.number
        )
    if row.hash != hash_of(row):
        return _("Row {number} was changed.").format(number=row.number)
    return ""


async def _fault_of_end(runtime: Runtime, db: Reader, head: Head | None, newest: AuditRow | None, number: int) -> str:
    """Check that the log ends at its signed end, and with what the follower wrote last. `number` is the last row read."""
    followed = await db.maybe(queries.FOLLOWED, FOLLOWER)
    if head is None:
        return _("The log has no signed end.") if newest is not None or followed is not None else ""
    if runtime.keys.verify(PURPOSE, head.signed, now=runtime.clock.now()) != _end(head.number, head.hash):
        return _("The end of the log is not signed by this installation.")
    if newest is not None and newest.number > head.number:
        return _("Row {number} was added after the signed end of the log.").format(number=head.number + 1)
    if number < head.number:
        return _("Row {number} is missing: the end of the log was cut off.").format(number=number + 1)
    if followed is not None and not await db.all(queries.KNOWN, [followed]):
        # An older signed end was restored together with the rows of that time.
        return _("Row {number} is missing: the end of the log was cut off.").format(number=head.number + 1)
    return ""


def _end(number: int, hash_: bytes) -> str:
    return f"{number} {hash_.hex()}"
