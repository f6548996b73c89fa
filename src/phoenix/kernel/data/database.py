"""PostgreSQL: plain SQL, rows as Structs, one transaction per request or job, every query counted."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime
from types import TracebackType
from typing import Protocol, TypeVar

from phoenix.kernel.cache.generations import Generations
from phoenix.kernel.cache.keys import Key
from phoenix.kernel.clock import Clock
from phoenix.kernel.data.events import Event
from phoenix.kernel.data.failures import DatabaseFull, OutcomeUnknown, is_undecided, leaves_unusable
from phoenix.kernel.data.lease import Connection, Lease, Pool
from phoenix.kernel.data.query import Query, Rows
from phoenix.kernel.errors import NotFound

T = TypeVar("T")

# Rows in memory at a time, of those that are read by a cursor.
BATCH = 100


class Reader:
    """Reads outside a transaction. Takes a connection only at the first query. Counts its queries."""

    def __init__(self, acquire: Callable[[], Awaitable[Connection]], clock: Clock, left: Callable[[], float | None]) -> None:
        self._acquire = acquire
        self._left = left
        self.clock = clock
        self.queries = 0
        self._now: datetime | None = None

    @property
    def now(self) -> datetime:
        """The instant of all of this unit of work, so that what is signed, stored and compared in it agrees: that of its first use."""
        if self._now is None:
            self._now = self.clock.now()
        return self._now

    @contextlib.contextmanager
    def uncounted(self) -> Iterator[None]:
        """Queries in this block are not counted."""
        before = self.queries
        yield
        self.queries = before

    async def connection(self) -> Connection:
        """The underlying connection, for libraries that make their own statements."""
        return await self._acquire()

    async def all(self, query: Query[T], *args: object) -> list[T]:
        """Every row."""
        self.queries += 1
        read = query.read
        return [read(record) for record in await (await self._acquire()).fetch(query.sql, *args, timeout=self._left())]

    async def maybe(self, query: Query[T], *args: object) -> T | None:
        """The first row, or None."""
        self.queries += 1
        record = await (await self._acquire()).fetchrow(query.sql, *args, timeout=self._left())
        return None if record is None else query.read(record)

    async def batches(self, rows: Rows[T]) -> AsyncGenerator[list[T], None]:
        """Every row, a few at a time, by a cursor in the database. Close it (`contextlib.aclosing`) where it may not be read to its end."""
        self.queries += 1
        connection = await self._acquire()
        async with contextlib.nullcontext() if connection.is_in_transaction() else connection.transaction(readonly=True):
            cursor = await connection.cursor(rows.query.sql, *rows.arguments, timeout=self._left())
            while batch := await cursor.fetch(BATCH, timeout=self._left()):
                yield [rows.query.read(record) for record in batch]

    async def one(self, query: Query[T], *args: object) -> T:
        """The first row. Raises NotFound if there is none."""
        found = await self.maybe(query, *args)
        if found is None:
            raise NotFound
        return found


class Transaction(Reader):
    """One unit of work, all or nothing. Records events, and touches cache generations when it commits."""

    def __init__(
        self,
        acquire: Callable[[], Awaitable[Connection]],
        clock: Clock,
        left: Callable[[], float | None],
        *,
        actor: str | None,
        request: str | None,
    ) -> None:
        super().__init__(acquire, clock, left)
        self.actor = actor
        self.impersonator: str | None = None
        self.request = request
        self.events: list[Event] = []
        self.invalidated: set[Key] = set()
        self.after_commit: list[Callable[[], None]] = []
        self.opening: Callable[[], Awaitable[None]] | None = None
        """Run before its first statement, inside it."""
        self._before_spending: tuple[int, int] | None = None
        self.wakes = False
        """Whether whoever waits for events is woken by the commit, also without an event."""

    async def spend(self, query: Query[T], *args: object) -> T | None:
        """Use up something that works once, such as a link, by a statement that returns a row if it was unused.

        It is given back, with everything written since, if the act is refused: also by an error that keeps its changes.
        """
        if self._before_spending is not None:
            return await self.maybe(query, *args)
        await (await self._acquire()).execute("SAVEPOINT spending", timeout=self._left())
        before = (len(self.events), len(self.after_commit))
        if (spent := await self.maybe(query, *args)) is not None:
            self._before_spending = before
        return spent

    async def give_back(self) -> None:
        """Undo everything since the first thing was used up."""
        if self._before_spending is not None:
            await (await self._acquire()).execute("ROLLBACK TO SAVEPOINT spending", timeout=self._left())
            del self.events[self._before_spending[0] :], self.after_commit[self._before_spending[1] :]

    async def execute(self, query: Query[None], *args: object) -> int:
        """Run a statement. Returns the number of rows it changed."""
        self.queries += 1
        status = await (await self._acquire()).execute(query.sql, *args, timeout=self._left())
        tail = status.rpartition(" ")[2]
        return int(tail) if tail.isdigit() else 0

    def record(self, event: Event) -> None:
        """Record an event; it is written with this transaction or not at all."""
        self.events.append(event)
        self.invalidate(*event.invalidates())

    def invalidate(self, *keys: Key) -> None:
        """Make every cached value that depends on these keys stale when this transaction commits."""
        self.invalidated.update(keys)


class Outbox(Protocol):
    """The destination of recorded events: the database, with their transaction, then their followers."""

    async def write(self, tx: Transaction) -> None:
        """Write what the transaction recorded. Called before its commit if it recorded anything."""

    def committed(self, tx: Transaction) -> None:
        """The transaction was committed."""

    async def close(self) -> None:
        """Send the notifications that are still due. Called before the connections are closed."""


class Database:
    """The connection pool of one process."""

    def __init__(self, pool: Pool, clock: Clock, generations: Generations, outbox: Outbox, *, one_at_a_time: bool = False) -> None:
        """`one_at_a_time`: a request that takes two connections at once is refused."""
        self.pool = pool
        self.clock = clock
        self.generations = generations
        self.outbox = outbox
        self.one_at_a_time = one_at_a_time
        self.is_full = False
        """Whether the last write found the disk full."""

    @contextlib.asynccontextmanager
    async def reader(self, *, within: float | None = None) -> AsyncIterator[Reader]:
        """Reads outside a transaction, and waits for the database no longer than `within` seconds in all."""
        async with Lease(self.pool, within, one_at_a_time=self.one_at_a_time) as lease:
            yield Reader(lease.acquire, self.clock, lease.left)

    @contextlib.asynccontextmanager
    async def transaction(
        self, *, actor: str | None = None, impersonator: str | None = None, request: str | None = None, within: float | None = None
    ) -> AsyncIterator[Transaction]:
        """One transaction: committed when the block ends, rolled back when it raises. `within`: as for a reader."""
        lease = Lease(self.pool, within, one_at_a_time=self.one_at_a_time)
        async with self._noting_disk_full(), lease, UnitOfWork(self, lease, actor, request) as tx:
            tx.impersonator = impersonator
            yield tx

    @contextlib.asynccontextmanager
    async def _noting_disk_full(self) -> AsyncIterator[None]:
        try:
            yield
        except DatabaseFull:
            self.is_full = True
            raise

    async def close(self) -> None:
        await self.outbox.close()
        await self.pool.close()


class UnitOfWork:
    """Begins and ends a transaction, and keeps the cache honest around its commit.

    It begins at the first statement, so that no connection is held while a password is hashed before it. Generations are
    marked *before* the commit, so that readers bypass the cache if the process dies right after it. They are settled after
    the commit, so that nothing read in between can be cached.
    """

    def __init__(self, database: Database, lease: Lease, actor: str | None, request: str | None) -> None:
        self.database = database
        self._lease = lease
        self._begun = False
        self.tx = Transaction(self._begin, database.clock, lease.left, actor=actor, request=request)

    async def _begin(self) -> Connection:
        connection = await self._lease.acquire()
        if not self._begun:
            self._begun = True
            await connection.execute("BEGIN", timeout=self._lease.left())
            if self.tx.opening is not None:
                await self.tx.opening()
        return connection

    async def __aenter__(self) -> Transaction:
        return self.tx

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        tx, generations = self.tx, self.database.generations
        if error is not None and not getattr(error, "keeps_changes", False):
            await self._roll_back(error)
            return
        mark = 0
        try:
            if error is not None and not getattr(error, "keeps_spent", False):
                await tx.give_back()
            mark = await self._write()
        except BaseException as failed:
            await self._roll_back(failed)
            raise
        try:
            if self._begun:
                await (await self._lease.acquire()).execute("COMMIT", timeout=self._lease.left())
                self.database.is_full = False
        except BaseException as failed:
            if is_undecided(failed):
                # Its marks stay until they expire: the change may be there at any moment.
                self._lease.cut()
                if isinstance(failed, Exception):
                    raise OutcomeUnknown from failed
            elif tx.invalidated:
                await generations.settle(tx.invalidated, mark)
            raise
        if tx.invalidated:
            await generations.settle(tx.invalidated, mark)
        for after in tx.after_commit:
            after()
        self.database.outbox.committed(tx)

    async def _write(self) -> int:
        """Write the events, then mark the generations. Returns the mark."""
        tx = self.tx
        if tx.events:
            await self.database.outbox.write(tx)
        return await self.database.generations.begin(tx.invalidated) if tx.invalidated else 0

    async def _roll_back(self, error: BaseException) -> None:
        if not self._begun:
            return
        if leaves_unusable(error):
            self._lease.cut()
            return
        try:
            await (await self._lease.acquire()).execute("ROLLBACK", timeout=self._lease.left())
        except BaseException:
            self._lease.cut()
            raise
