"""The end of the log, signed as it is by an operator."""

from __future__ import annotations

from functools import partial

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.runtime import Runtime
from phoenix.modules.audit import queries
from phoenix.modules.audit.actions.chain import FOLLOWER, Seen, set_head
from phoenix.modules.audit.actions.state import BEFORE_THE_FIRST, FIRST, read_state, save_state, settled
from phoenix.modules.audit.actions.witness import Witness, save_witness
from phoenix.modules.audit.events import AuditLogSigned
from phoenix.modules.audit.queries import State


async def sign_again(runtime: Runtime, tx: Transaction) -> int:
    """Sign the end as it is, and rewrite the rows missing after it. Returns the number of the last row.

    For operators, after the secret was changed, a backup was restored or damage was investigated. This is recorded as an event.
    What other machines saw of the log before counts no longer.
    """
    seen = Seen(runtime).witness
    last = await tx.maybe(queries.LAST)
    number, hash_ = (last.number, last.hash) if last else (0, BEFORE_THE_FIRST)
    before = await read_state(runtime, tx) or FIRST
    generation = 1 + max(before.generation, seen.generation if seen else 0)
    whole = before.bridge is None or before.done > number
    state = State(generation, 0, BEFORE_THE_FIRST, None, "") if whole else State(generation, before.done, before.hash, before.bridge, "")
    await save_state(runtime, tx, state)
    await set_head(runtime, tx, number, hash_)
    await tx.execute(queries.GO_BACK, FOLLOWER, last.event if last else "")
    tx.record(AuditLogSigned(subject=str(number)))
    tx.after_commit.append(partial(save_witness, runtime, Witness(settled(state), number, hash_)))
    return number
