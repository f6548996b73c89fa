"""The log verified from its first row to its signed end, or only its newest rows."""

from __future__ import annotations

from itertools import pairwise

from msgspec import Struct

from phoenix.kernel.data.database import Reader
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.modules.audit import queries
from phoenix.modules.audit.actions.base import read_base
from phoenix.modules.audit.actions.chain import Seen, fault_of, fault_of_end
from phoenix.modules.audit.actions.state import FIRST, read_state
from phoenix.modules.audit.actions.texts import fault_of_texts
from phoenix.modules.audit.errors import AuditLogBroken

BATCH = 1000
CHECKED_ROWS = 200


class Verification(Struct, frozen=True):
    """How many rows were checked, and what is wrong with the first row that was altered; "" if none was."""

    rows: int
    fault: str


async def verify(runtime: Runtime, db: Reader) -> Verification:
    """Verify the whole log, in batches, and its end. The end is read first, since rows can be added while this runs."""
    seen = Seen(runtime)
    newest = await db.maybe(queries.LAST)
    head = await db.maybe(queries.HEAD)
    state = await read_state(runtime, db) or FIRST
    try:
        number, previous = await read_base(runtime, db)
    except AuditLogBroken as broken:
        return Verification(0, broken.detail)
    while head is not None and number < head.number:
        rows = await db.all(queries.ROWS, number, min(BATCH, head.number - number))
        for row in rows:
            if fault := fault_of(row, number, previous, state):
                return Verification(number, fault)
            number, previous = row.number, row.hash
        if not rows:
            break
        wrong, fault = fault_of_texts(rows, await db.all(queries.TEXTS, rows[0].number, rows[-1].number, 10 * BATCH))
        if fault:
            return Verification(wrong - 1, fault)
    if head is not None and number == head.number and previous != head.hash:
        return Verification(number, _("Row {number} was changed.").format(number=number))
    return Verification(number, await fault_of_end(runtime, db, seen, head, newest, number))


async def check_end(runtime: Runtime, db: Reader) -> str:
    """What is wrong with the latest rows, or with the end; "" if nothing is. A quick check, not of the whole log."""
    seen = Seen(runtime)
    last = await db.maybe(queries.LAST)
    head = await db.maybe(queries.HEAD)
    state = await read_state(runtime, db) or FIRST
    newest = await db.all(queries.LISTED.plain, *queries.LISTED.plain.start, CHECKED_ROWS)
    for later, earlier in pairwise(newest):
        if fault := fault_of(later, earlier.number, earlier.hash, state):
            return fault
    return await fault_of_end(runtime, db, seen, head, last, newest[0].number if newest else 0)


async def check(runtime: Runtime) -> Verification:
    """Verify the log, and store the result."""
    async with runtime.database.reader() as db:
        verification = await verify(runtime, db)
    async with runtime.database.transaction() as tx:
        await tx.execute(queries.SET_CHECKED, tx.now, verification.rows, verification.fault)
    return verification
