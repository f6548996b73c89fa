"""A connection of the pool for the time of one request or job."""

from __future__ import annotations

import asyncio
import contextlib
from types import TracebackType
from typing import Any, TypeAlias

import asyncpg

from phoenix.kernel import one_connection
from phoenix.kernel.data.failures import DatabaseBusy, DatabaseUnreachable, failure, leaves_unusable

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

# How long a request may wait for the database in all, for a connection and for its statements.
ANSWER_SECONDS = 9.0
ACQUIRE_SECONDS = 10.0


class Lease:
    """A connection taken when it is first needed and returned at the end. A failure of the database becomes a 503."""

    # The pool is small, and a request may spend most of its time elsewhere: hashing a password, asking a provider. A connection
    # taken at the first statement is not idle in between. One lease per request also means that no request waits for a second
    # connection while holding a first: if all of them did, the pool would deadlock.
    def __init__(self, pool: Pool, within: float | None, *, one_at_a_time: bool) -> None:
        self._pool = pool
        self._one_at_a_time = one_at_a_time
        self._within = within
        self._until: float | None = None
        self._connection: Any = None
        self._is_cut = False

    @property
    def holds(self) -> bool:
        """Whether a request has this connection; jobs and commands may take several."""
        return self._connection is not None and self._within is not None

    def left(self) -> float | None:
        """How long the next statement may take; None for as long as any."""
        return None if self._until is None else max(0.0, self._until - asyncio.get_running_loop().time())

    async def acquire(self) -> Connection:
        if self._connection is None:
            if self._one_at_a_time:
                one_connection.take(self)
            if self._within is not None:
                self._until = asyncio.get_running_loop().time() + self._within
            try:
                self._connection = await self._pool.acquire(timeout=min(ACQUIRE_SECONDS, self._within or ACQUIRE_SECONDS))
            except TimeoutError as error:
                raise DatabaseBusy("Too many people are waiting for the database. Try again in a few seconds.") from error
            except (OSError, asyncpg.InterfaceError, asyncpg.CannotConnectNowError, asyncpg.TooManyConnectionsError) as error:
                raise DatabaseUnreachable("The database is not responding. Try again in a few seconds.") from error
        return self._connection

    def cut(self) -> None:
        """Close the connection at once: waiting for an answer on it would take as long again."""
        if self._connection is not None and not self._is_cut:
            self._is_cut = True
            # It may have been closed by the server, and then it is the pool's again.
            with contextlib.suppress(asyncpg.InterfaceError):
                self._connection.terminate()

    async def __aenter__(self) -> Lease:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._connection is None:
            return
        if leaves_unusable(error):
            self.cut()
        # Returned before the error is translated, so that the pool has its connection back whatever is raised below.
        connection, self._connection = self._connection, None
        await self._pool.release(connection)
        translated = failure(error)
        if translated is not None:
            raise translated from error
