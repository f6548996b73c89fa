"""The log's state beside its head: how far texts were replaced by hashes in old rows, and how often the chain was made again."""

from __future__ import annotations

from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.runtime import Runtime
from phoenix.modules.audit import queries
from phoenix.modules.audit.queries import State

PURPOSE = "audit state"
BEFORE_THE_FIRST = bytes(32)
FIRST = State(0, 0, BEFORE_THE_FIRST, None, "")


async def read_state(runtime: Runtime, db: Reader) -> State | None:
    """The state; None if it is not signed by this installation."""
    state = await db.maybe(queries.STATE)
    if state is None:
        return FIRST
    return state if runtime.keys.verify(PURPOSE, state.signed, now=runtime.clock.now()) == _text(state) else None


async def save_state(runtime: Runtime, tx: Transaction, state: State) -> None:
    signed = runtime.keys.sign(PURPOSE, _text(state))
    await tx.execute(queries.SET_STATE, state.generation, state.done, state.hash, state.bridge, signed)


def settled(state: State) -> int:
    """The generation of hashes that no longer change: while the chain is made again, rows still have the former ones."""
    return state.generation - (state.bridge is not None)


def _text(state: State) -> str:
    return f"{state.generation} {state.done} {state.hash.hex()} {(state.bridge or b'').hex()}"
