"""The audit log follows the events."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import msgspec

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.events import Recorded
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.events import AccountErased
from phoenix.modules.audit import queries
from phoenix.modules.audit.actions.chain import hash_of, set_head, take_end
from phoenix.modules.audit.actions.erase import enqueue_erasure
from phoenix.modules.audit.actions.state import BEFORE_THE_FIRST, FIRST, read_state, settled
from phoenix.modules.audit.actions.texts import add_texts, split_texts
from phoenix.modules.audit.actions.witness import Witness, save_witness
from phoenix.modules.audit.queries import AuditRow


async def append(runtime: Runtime, tx: Transaction, batch: Sequence[Recorded]) -> None:
    """Append events, in the transaction that moves the follower's position. Events already in the log are skipped.

    Raises AuditLogBroken if the log's end was altered or rolled back: continuing and signing the new end would hide that.
    """
    registry = runtime.part(Registry)
    head = await take_end(runtime, tx)
    number, previous = (head.number, head.hash) if head else (0, BEFORE_THE_FIRST)
    known = set(await tx.all(queries.KNOWN, [event.id for event in batch]))
    rows, texts = [], []
    for event in batch:
        if event.id in known:
            continue
        number += 1
        row = AuditRow(
            number, event.occurred_at, event.actor, event.impersonator, event.kind, event.subject, event.organisation, event.data,
            event.id, previous, b"",
        )  # fmt: skip
        split = split_texts(registry, row)
        texts += split.texts
        row = msgspec.structs.replace(row, data=split.data)
        previous = hash_of(row)
        rows.append(msgspec.structs.astuple(msgspec.structs.replace(row, hash=previous)))
        if event.kind == AccountErased.kind and event.subject:
            # Everything that was recorded about the account before is in the log by now.
            await enqueue_erasure(tx, event.subject)
    if rows:
        await tx.execute(queries.APPEND, *map(list, zip(*rows, strict=True)))
        await add_texts(tx, texts)
        await set_head(runtime, tx, number, previous)
        state = await read_state(runtime, tx) or FIRST
        tx.after_commit.append(partial(save_witness, runtime, Witness(settled(state), number, previous)))
