"""Work over all events in bounded batches: texts that only code of the last release reads are emptied a day later, old events deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from phoenix.kernel.data.database import Database, Transaction
from phoenix.kernel.data.query import Query, command, query

BATCH = 1000
# Code of the last release may run beside this one for as long as an update of all machines takes.
AFTER = timedelta(days=1)
EMPTIED = "kernel.emptied_events"

TAKE_POSITION: Query[int] = query(int, "SELECT number FROM batch_positions WHERE name = $1 FOR UPDATE")
ADD_POSITION = command("INSERT INTO batch_positions VALUES ($1, 0) ON CONFLICT DO NOTHING")
POSITION: Query[int] = query(int, "SELECT number FROM batch_positions WHERE name = $1")
MOVE = command("UPDATE batch_positions SET number = $2 WHERE name = $1")
OLD_EVENTS: Query[tuple[int, str, bool]] = query(
    lambda number, kind, old: (number, kind, old),
    "SELECT number, kind, occurred_at <= $2 AS old FROM events WHERE number > $1 ORDER BY number LIMIT $3",
)
EMPTY: Query[int] = query(int, "SELECT empty_texts_of_events($1, $2)")

TRIM: Query[int] = query(int, "SELECT trim_events($1, $2)")


async def trim_events(database: Database, keep: timedelta) -> int:
    """Delete the oldest events, a batch in a transaction, except what a follower has not handled yet. Returns the number deleted."""
    deleted = 0
    while True:
        async with database.transaction() as tx:
            trimmed = await tx.one(TRIM, tx.now - keep, BATCH)
        if not trimmed:
            return deleted
        deleted += trimmed


async def empty_leaving_fields(database: Database, leaving: Mapping[str, Sequence[str]]) -> int:
    """Empty these fields, by kind of event, in all events that are a day old. Returns the number of events changed."""
    changed = 0
    while True:
        async with database.transaction() as tx:
            more, emptied = await _empty_batch(tx, leaving)
        changed += emptied
        if not more:
            return changed


async def empty(tx: Transaction, leaving: Mapping[str, Sequence[str]], events: Sequence[tuple[int, str]]) -> int:
    """Empty the fields of these events, given by number and kind. Returns the number of events changed."""
    changed = 0
    for kind, fields in leaving.items():
        if numbers := [number for number, of in events if of == kind]:
            changed += await tx.one(EMPTY, numbers, list(fields))
    return changed


async def _empty_batch(tx: Transaction, leaving: Mapping[str, Sequence[str]]) -> tuple[bool, int]:
    await tx.execute(ADD_POSITION, EMPTIED)
    position = await tx.one(TAKE_POSITION, EMPTIED)
    found = await tx.all(OLD_EVENTS, position, tx.now - AFTER, BATCH)
    # One that is not old yet ends the batch, so that nothing behind the position is left out.
    end = next((at for at, (_, _, old) in enumerate(found) if not old), len(found))
    changed = await empty(tx, leaving, [(number, kind) for number, kind, _ in found[:end]])
    if end:
        await tx.execute(MOVE, EMPTIED, found[end - 1][0])
    return end == BATCH, changed
