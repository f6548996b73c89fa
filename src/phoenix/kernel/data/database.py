"""PostgreSQL: plain SQL, rows as Structs, one transaction per request or job, every query counted."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from types import TracebackType
from typing import Protocol, TypeVar

import asyncpg
import msgspec

from phoenix.kernel.cache.generations import Generations
from phoenix.kernel.cache.keys import Key
from phoenix.kernel.clock import Clock
from phoenix.kernel.data.events import Event
from phoenix.kernel.data.failures import DatabaseFull, OutcomeUnknown, is_undecided, leaves_unusable
from phoenix.kernel.data.lease import Connection, Lease, Pool
from phoenix.kernel.data.query import Query
from phoenix.kernel.data.statements import NotingConnection
from phoenix.kernel.errors import NotFound, Unavailable
from phoenix.settings import DatabaseSettings

T = TypeVar("T")

APPLICATION_NAME = "phoenix"


class Reader:
    """Reads outside a transaction. Takes a connection only at the first query. Counts its queries."""

    def __init__(self, acquire: Callable[[], Awaitable[Connection]], clock: Clock, left: Callable[[], float | None]) -> None:
        self._acquire = acquire
        self._left = left
        self.clock = clock
        self.queries = 0

    @property
    def now(self) -> datetime:
        return self.clock.now()

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
        self._before_spending: tuple[int, int] | None = None

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
        """Finish what is still to be said. Called before the connections are closed."""


class Database:
    """The connection pool of one process."""

    def __init__(self, pool: Pool, clock: Clock, generations: Generations, outbox: Outbox) -> None:
        self.pool = pool
        self.clock = clock
        self.generations = generations
        self.outbox = outbox
        self.is_full = False
        """Whether the last write found no room."""

    @contextlib.asynccontextmanager
    async def reader(self, *, within: float | None = None) -> AsyncIterator[Reader]:
        """Reads outside a transaction, and waits for the database no longer than `within` seconds in all."""
        async with Lease(self.pool, within) as lease:
            yield Reader(lease.acquire, self.clock, lease.left)

    @contextlib.asynccontextmanager
    async def transaction(
        self, *, actor: str | None = None, impersonator: str | None = None, request: str | None = None, within: float | None = None
    ) -> AsyncIterator[Transaction]:
        """One transaction: committed when the block ends, rolled back when it raises. `within`: as for a reader."""
        async with self._noting_room(), Lease(self.pool, within) as lease, UnitOfWork(self, lease, actor, request) as tx:
            tx.impersonator = impersonator
            yield tx

    @contextlib.asynccontextmanager
    async def _noting_room(self) -> AsyncIterator[None]:
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


async def _leave_as_is(_: Connection) -> None:
    """Phoenix never sets session state, so a connection returns to the pool without a reset."""


async def set_codecs(connection: Connection) -> None:
    """Decode JSON columns into Python values."""
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="binary",
        encoder=lambda v: b"\x01" + msgspec.json.encode(v),
        decoder=lambda b: msgspec.json.decode(b[1:]),
    )
    await connection.set_type_codec("json", schema="pg_catalog", format="binary", encoder=msgspec.json.encode, decoder=msgspec.json.decode)


async def connect(
    settings: DatabaseSettings,
    clock: Clock,
    generations: Generations,
    outbox: Callable[[Pool], Outbox],
    *,
    pool: int | None = None,
    notes: bool = False,
) -> Database:
    """Open the pool. The server enforces the time-outs for every statement on these connections. `notes`: see `statements`."""
    made = asyncpg.create_pool(
        settings.url,
        min_size=1,
        max_size=pool or settings.pool,
        max_inactive_connection_lifetime=300,
        connection_class=NotingConnection if notes else asyncpg.Connection,
        reset=_leave_as_is,
        init=set_codecs,
        timeout=10,
        command_timeout=settings.statement_timeout / 1000 + 5,
        server_settings={
            "application_name": APPLICATION_NAME,
            "statement_timeout": str(settings.statement_timeout),
            "lock_timeout": str(settings.lock_timeout),
            "idle_in_transaction_session_timeout": "30000",
            "jit": "off",
        },
    )
    try:
        opened = await made
    except (OSError, asyncpg.PostgresError) as error:
        raise Unavailable("The database is not responding.") from error
    return Database(opened, clock, generations, outbox(opened))
