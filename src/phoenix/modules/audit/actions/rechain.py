"""Texts in rows from before 2.1 are replaced by their hashes, in batches, and the chain behind them is made again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec
import structlog

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.events import AccountErased
from phoenix.modules.audit import queries
from phoenix.modules.audit.actions.base import read_base
from phoenix.modules.audit.actions.chain import fault_of, hash_of, set_head, take_end
from phoenix.modules.audit.actions.erase import enqueue_erasure
from phoenix.modules.audit.actions.state import read_state, save_state, settled
from phoenix.modules.audit.actions.texts import add_texts, split_texts
from phoenix.modules.audit.actions.witness import Witness, save_witness
from phoenix.modules.audit.errors import AuditLogBroken
from phoenix.modules.audit.events import AuditLogRechained
from phoenix.modules.audit.queries import AuditRow, Head, State, Text

log = structlog.get_logger(__name__)

BATCH = 500


async def replace_texts(runtime: Runtime) -> None:
    """Go on until every row is done. It does nothing but read the new rows where no code of 2.0 wrote any.

    Raises AuditLogBroken for a row that was altered: making the chain again behind it would hide that.
    """
    done = BATCH
    while done == BATCH:
        async with runtime.database.transaction() as tx:
            done = await _replace_batch(runtime, tx)


async def _replace_batch(runtime: Runtime, tx: Transaction) -> int:
    head = await take_end(runtime, tx)
    state = await read_state(runtime, tx)
    if head is None or state is None:
        return 0
    base, before = await read_base(runtime, tx)
    if state.done < base:
        state = msgspec.structs.replace(state, done=base, hash=before)
    if state.done == head.number:
        return 0
    rows = await tx.all(queries.ROWS, state.done, min(BATCH, head.number - state.done))
    batch = Batch(runtime.part(Registry), state)
    for row in rows:
        batch.add(row)
    await add_texts(tx, batch.texts)
    if batch.changed:
        columns = zip(*((row.number, row.data, row.previous_hash, row.hash) for row in batch.changed), strict=True)
        await tx.one(queries.REPLACE_TEXTS, *map(list, columns))
    # Code of 2.0 erased accounts, and follows their erasure beside this one, without erasing texts.
    known = await tx.all(queries.ERASED, list(batch.people))
    for account in sorted(batch.erased.union(known)):
        await enqueue_erasure(tx, account)
    tx.after_commit += await _finish(runtime, tx, head, batch)
    return len(rows)


class Batch:
    """Rows on their way: as they were, and as they will be."""

    def __init__(self, registry: Registry, state: State) -> None:
        self.registry = registry
        self.state = state
        self.changed: list[AuditRow] = []
        self.texts: list[Text] = []
        self.people: set[str] = set()
        self.erased: set[str] = set()

    def add(self, row: AuditRow) -> None:
        state = self.state
        if fault := fault_of(row, state.done, state.hash, state):
            raise AuditLogBroken(fault)
        split = split_texts(self.registry, row)
        self.texts += split.texts
        self.people.update(id_ for text in split.texts for id_ in (text.actor, text.subject) if id_)
        if row.action == AccountErased.kind and row.subject:
            self.erased.add(row.subject)
        if state.bridge is None and split.data == row.data:
            self.state = msgspec.structs.replace(state, done=row.number, hash=row.hash)
            return
        made = msgspec.structs.replace(row, data=split.data, previous_hash=state.hash)
        made = msgspec.structs.replace(made, hash=hash_of(made))
        self.changed.append(made)
        generation = state.generation + (state.bridge is None)
        self.state = State(generation, row.number, made.hash, row.hash, "")


async def _finish(runtime: Runtime, tx: Transaction, head: Head, batch: Batch) -> list[Callable[[], None]]:
    """Save how far it came; at the end sign the new end, and record which one it replaced."""
    state = batch.state
    if state.bridge is None or state.done < head.number:
        await save_state(runtime, tx, state)
        return []
    state = msgspec.structs.replace(state, bridge=None)
    await save_state(runtime, tx, state)
    await set_head(runtime, tx, state.done, state.hash)
    before = head.hash.hex()
    tx.record(AuditLogRechained(subject=str(state.done), before=before))
    return [
        partial(save_witness, runtime, Witness(settled(state), state.done, state.hash)),
        partial(log.info, "audit_log_rechained", rows=state.done, before=before, after=state.hash.hex()),
    ]
