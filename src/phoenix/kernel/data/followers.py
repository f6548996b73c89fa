"""Following events without losing or skipping any.

A later commit can carry a lower number, so a follower orders by transaction first and reads only rows whose transaction
is older than all that are still running (`pg_snapshot_xmin`). So nothing can appear behind its position.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import asyncpg

from phoenix.kernel.background import Alive
from phoenix.kernel.data.database import Database, Reader, Transaction
from phoenix.kernel.data.events import Recorded
from phoenix.kernel.data.failures import DatabaseBusy, DatabaseTimedOut
from phoenix.kernel.data.outbox import CHANNEL
from phoenix.kernel.data.query import Query, command, query

POLL_SECONDS = 1.0
# A connection that was cut without a word is noticed by asking it something this often.
ASK_SECONDS, ANSWER_SECONDS = 30.0, 10.0
# How long a follower that nobody is waiting for collects further events, so that events close together make one batch.
GATHER_SECONDS = 0.1
BATCH = 200


# Numbers are assigned at INSERT, and commits land in any order: a position by number would skip a row that got a lower number
# and commits later. Transaction ids have the same gap, but pg_snapshot_xmin marks its end: every transaction below it has
# ended, so no row can still appear there. The cost is that one long transaction holds up all followers until it ends.
# xid8 has no cast to bigint, hence the way through text; ORDER BY names the table, as the cast column has no index.
AFTER: Query[Recorded] = query(
    Recorded,
    """
    SELECT transaction::text::bigint AS transaction, number, id, kind, organisation_id AS organisation, actor_id AS actor, subject, data,
           occurred_at, impersonator_id AS impersonator
      FROM events
     WHERE (transaction, number) > (($1::bigint)::text::xid8, $2)
       AND transaction < pg_snapshot_xmin(pg_current_snapshot())
     ORDER BY events.transaction, number
     LIMIT $3
""",
)

END: Query[tuple[int, int]] = query(
    lambda transaction, number: (transaction, number),
    """
    SELECT transaction::text::bigint, number FROM events
     WHERE transaction < pg_snapshot_xmin(pg_current_snapshot())
     ORDER BY events.transaction DESC, number DESC LIMIT 1
""",
)

# A process works under this name while it holds the row's lock. SKIP LOCKED turns other processes away instead of queueing them
# behind a long batch, and a process that dies releases the lock with its connection.
POSITION: Query[tuple[int, int]] = query(
    lambda transaction, number: (transaction, number),
    "SELECT transaction::text::bigint, number FROM event_followers WHERE name = $1 FOR UPDATE SKIP LOCKED",
)

FOLLOW = command("INSERT INTO event_followers (name) VALUES ($1) ON CONFLICT DO NOTHING")
ADVANCE = command("UPDATE event_followers SET transaction = ($2::bigint)::text::xid8, number = $3, moved_at = now() WHERE name = $1")


class Listener:
    """Sets events when there is a notification. One listening connection per process."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._events: list[asyncio.Event] = []
        self._lost = asyncio.Event()
        self._stopping = False

    def subscribe(self) -> asyncio.Event:
        arrived = asyncio.Event()
        self._events.append(arrived)
        return arrived

    def stop(self) -> None:
        """Stop `listen`. Better than cancelling it: a connection that is just being opened is closed, not leaked."""
        self._stopping = True
        self._lost.set()

    async def listen(self, alive: Alive) -> None:
        """Listen until stopped. Raises ConnectionError if the connection is lost."""
        if self._stopping:
            return
        self._lost.clear()
        connection = await asyncpg.connect(self._url, timeout=10, server_settings={"application_name": "phoenix listener"})
        try:
            connection.add_termination_listener(lambda _: self._lost.set())
            await connection.add_listener(CHANNEL, self._notify)
            self._notify()
            while not self._stopping:
                alive()
                if await wait_for(self._lost, ASK_SECONDS):
                    break
                await connection.execute("SELECT 1", timeout=ANSWER_SECONDS)
        finally:
            if not connection.is_closed():
                await connection.close(timeout=2)
        if not self._stopping:
            raise ConnectionError("The connection was lost.")

    def _notify(self, *_: object) -> None:
        for arrived in self._events:
            arrived.set()


async def read_after(reader: Reader, position: tuple[int, int], limit: int = BATCH) -> list[Recorded]:
    """The events after a position, oldest first, up to the point where new ones can still appear in between."""
    return await reader.all(AFTER, *position, limit)


class Tail:
    """Events from now on, for one process. The position is not saved, but outlives a failure of whoever reads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._position: tuple[int, int] | None = None

    @property
    def has_begun(self) -> bool:
        """Whether it knows where it began: every event since is handled."""
        return self._position is not None

    async def follow(self, arrived: asyncio.Event, handle: Callable[[Sequence[Recorded]], Awaitable[None]], alive: Alive) -> None:
        """Handle one batch after another. It moves on after `handle`, so a batch that failed is handled again."""
        while True:
            arrived.clear()
            async with self._database.reader() as reader:
                if self._position is None:
                    self._position = await reader.maybe(END) or (0, 0)
                batch = await read_after(reader, self._position)
            if batch:
                await handle(batch)
                self._position = (batch[-1].transaction, batch[-1].number)
            alive()
            if len(batch) < BATCH:
                await wait_for(arrived, POLL_SECONDS)


async def follow(
    database: Database,
    name: str,
    arrived: asyncio.Event,
    handle: Callable[[Transaction, Sequence[Recorded]], Awaitable[None]],
    alive: Alive,
) -> None:
    """Follow every event from the first. The position moves in the transaction that handles the batch, so nothing is skipped.

    If several processes follow under one name, one works at a time. A batch that takes longer than the database allows is handled in smaller
    ones: as it is, it would take too long each time. Raises DatabaseBusy if a single event does.
    """
    most = BATCH
    while True:
        arrived.clear()
        try:
            handled = await follow_once(database, name, handle, most)
        except (DatabaseBusy, DatabaseTimedOut):
            if most == 1:
                raise
            most = max(1, most // 8)
            continue
        alive()
        full, most = handled == most, min(BATCH, most * 2)
        if not full and await wait_for(arrived, POLL_SECONDS):
            await asyncio.sleep(GATHER_SECONDS)


async def wait_for(event: asyncio.Event, seconds: float) -> bool:
    """Wait for an event, at most this long. Returns whether it came.

    This avoids `asyncio.wait_for`: in Python 3.11 it swallows a cancellation that arrives with the event, and a process
    that is being stopped would keep following.
    """
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


async def follow_once(
    database: Database, name: str, handle: Callable[[Transaction, Sequence[Recorded]], Awaitable[None]], most: int = BATCH
) -> int:
    """Handle one batch in one transaction. Returns the number of events handled."""
    async with database.transaction() as tx:
        position = await tx.maybe(POSITION, name)
        if position is None:
            await tx.execute(FOLLOW, name)
            return 0
        batch = await read_after(tx, position, most)
        if batch:
            await handle(tx, batch)
            await tx.execute(ADVANCE, name, batch[-1].transaction, batch[-1].number)
        return len(batch)
