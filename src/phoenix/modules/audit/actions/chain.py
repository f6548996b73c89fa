"""The chain: each row's hash covers the previous hash, so a change, a gap or a different order breaks every later hash.

Its end is signed with a key that is not in the database, so a truncation is found as well, and saved outside the database, so that
an older log with its older signed end is.
"""

from __future__ import annotations

import hashlib
from datetime import UTC

import msgspec

from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.modules.audit import queries
from phoenix.modules.audit.actions.state import read_state, settled
from phoenix.modules.audit.actions.witness import FILE, Damaged, Witness, read_witness
from phoenix.modules.audit.errors import AuditLogBroken
from phoenix.modules.audit.queries import AuditRow, Head, State

# Its original name, under which its position is stored.
FOLLOWER = "admin.audit"
PURPOSE = "audit head"


def hash_of(row: AuditRow) -> bytes:
    """SHA-256 over the previous hash and the fields of a row, as JSON with sorted keys and the time in microseconds."""
    at = row.at.astimezone(UTC).isoformat(timespec="microseconds")
    fields = [row.number, at, row.actor, row.impersonator, row.action, row.subject, row.organisation, row.data, row.event]
    return hashlib.sha256(row.previous_hash + msgspec.json.encode(fields, order="sorted")).digest()


async def set_head(runtime: Runtime, tx: Transaction, number: int, hash_: bytes) -> None:
    """Sign the end of the log."""
    await tx.execute(queries.SET_HEAD, number, hash_, runtime.keys.sign(PURPOSE, _end(number, hash_)))


def fault_of(row: AuditRow, number: int, previous: bytes, state: State) -> str:
    """What is wrong with a row that should follow the one with this number and hash; "" if nothing is."""
    if number == state.done and state.bridge is not None:
        # So far the chain was made again; the rows behind it still follow the former hash.
        previous = state.bridge
    if row.number != number + 1:
        return _("Row {number} is missing.").format(number=number + 1)
    if row.previous_hash != previous:
        return _("Row {number} does not follow the row before it. It was inserted, or the row before it was changed.").format(
            number=row.number
        )
    if row.hash != hash_of(row):
        return _("Row {number} was changed.").format(number=row.number)
    return ""


class Seen:
    """What this machine saw of the log last, read before the database is."""

    def __init__(self, runtime: Runtime) -> None:
        self.is_damaged = False
        self.witness: Witness | None = None
        try:
            self.witness = read_witness(runtime)
        except Damaged:
            self.is_damaged = True

    async def fault(self, db: Reader, head: Head | None, state: State) -> str:
        """What is wrong with a log that should contain the head of the file; "" if nothing is."""
        if self.is_damaged:
            return _("The file {file} in the data folder was changed, or belongs to another installation.").format(file=FILE)
        if self.witness is None:
            return ""
        number = self.witness.number
        if head is None or head.number < number or settled(state) < self.witness.generation:
            return _("The log was rolled back: this machine has seen row {number}, which is missing.").format(number=number)
        if settled(state) == self.witness.generation and number:
            found = await db.maybe(queries.HASH, number)
            if found is not None and found != self.witness.hash:
                return _("The log was rolled back and continued: row {number} is not the one this machine has seen.").format(number=number)
        return ""


async def take_end(runtime: Runtime, tx: Transaction) -> Head | None:
    """The signed end of the log, locked until the transaction ends: the follower waits for it. Raises AuditLogBroken if it is altered."""
    seen = Seen(runtime)
    head = await tx.maybe(queries.TAKE_HEAD)
    newest = await tx.maybe(queries.LAST)
    if fault := await fault_of_end(runtime, tx, seen, head, newest, newest.number if newest else 0):
        raise AuditLogBroken(fault)
    return head


async def fault_of_end(runtime: Runtime, db: Reader, seen: Seen, head: Head | None, newest: AuditRow | None, number: int) -> str:
    """Check that the log ends at its signed end, with what the follower wrote last and with what this machine saw. `number` is the last row read."""
    followed = await db.maybe(queries.FOLLOWED, FOLLOWER)
    if head is None and (newest is not None or followed is not None):
        return _("The log has no signed end.")
    if head is not None:
        if runtime.keys.verify(PURPOSE, head.signed, now=runtime.clock.now()) != _end(head.number, head.hash):
            return _("The end of the log is not signed by this installation.")
        if newest is not None and newest.number > head.number:
            return _("Row {number} was added after the signed end of the log.").format(number=head.number + 1)
        if number < head.number:
            return _("Row {number} is missing: the end of the log was cut off.").format(number=number + 1)
        if followed is not None and not await db.all(queries.KNOWN, [followed]):
            # An older signed end was restored together with the rows of that time.
            return _("Row {number} is missing: the end of the log was cut off.").format(number=head.number + 1)
    state = await read_state(runtime, db)
    if state is None:
        return _("The state of the log is not signed by this installation.")
    return await seen.fault(db, head, state)


def _end(number: int, hash_: bytes) -> str:
    return f"{number} {hash_.hex()}"
