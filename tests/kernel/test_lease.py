"""The connection of one request: taken late, returned whatever happens, never two at once, and closed where it is of no more use."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from contextvars import copy_context
from typing import Any

import asyncpg
import pytest

from phoenix.kernel.data import lease as leases
from phoenix.kernel.data.failures import DatabaseBusy, DatabaseTimedOut, DatabaseUnreachable
from phoenix.kernel.data.lease import ACQUIRE_SECONDS, Lease
from phoenix.kernel.errors import NotFound


class Wire:
    """A connection that notes whether it was closed. `gone`: the server had closed it before."""

    def __init__(self, *, gone: bool = False) -> None:
        self.terminated = 0
        self._gone = gone

    def terminate(self) -> None:
        self.terminated += 1
        if self._gone:
            raise asyncpg.InterfaceError("on purpose")


class Pool:
    """A pool that gives one connection, or an error, and notes what it was asked."""

    def __init__(self, given: Wire | Exception) -> None:
        self._given = given
        self.waits: list[float] = []
        self.returned: list[Wire] = []

    async def acquire(self, **asked: float) -> Wire:
        self.waits.append(asked["timeout"])
        if isinstance(self._given, Exception):
            raise self._given
        return self._given

    async def release(self, connection: Wire) -> None:
        self.returned.append(connection)


def lease(pool: Pool, within: float | None = 5.0, *, one_at_a_time: bool = True) -> Lease:
    made: Any = Lease(pool, within, one_at_a_time=one_at_a_time)
    assert isinstance(made, Lease)
    return made


@contextlib.contextmanager
def request() -> Iterator[asyncio.Runner]:
    """What holds a connection is noted for each request."""
    with asyncio.Runner() as runner:
        yield runner


def play(coroutine: Any) -> Any:
    with request() as runner:
        return runner.run(coroutine, context=copy_context())


def test_a_connection_is_taken_at_the_first_statement_and_returned_at_the_end() -> None:
    async def run() -> None:
        wire = Wire()
        pool = Pool(wire)
        async with lease(pool) as one:
            assert (one.holds, one.left(), pool.waits) == (False, None, [])
            assert await one.acquire() is await one.acquire() is wire
            assert one.holds
            assert pool.waits == [5.0]
        assert (one.holds, pool.returned, wire.terminated) == (False, [wire], 0)
        async with lease(pool):
            pass
        assert pool.returned == [wire], "what took none returns none"

    play(run())


@pytest.mark.parametrize(("within", "waits"), [(None, 10.0), (3.0, 3.0), (20.0, 10.0)])
def test_no_request_waits_for_a_connection_longer_than_it_has(within: float | None, waits: float) -> None:
    async def run() -> None:
        pool = Pool(Wire())
        async with lease(pool, within) as one:
            await one.acquire()
            assert pool.waits == [waits]
            assert ACQUIRE_SECONDS == 10.0
            assert one.holds is (within is not None), "jobs may take several"
            left = one.left()
            assert left is None if within is None else left is not None and 0 < left <= within

    play(run())


def test_the_time_of_a_request_runs_from_its_first_statement_and_never_below_nothing() -> None:
    async def run() -> None:
        async with lease(Pool(Wire()), 5.0) as one:
            await one.acquire()
            loop = asyncio.get_running_loop()
            now = loop.time()
            loop.time = lambda: now + 3.0  # type: ignore[method-assign] # later
            left = one.left()
            assert left is not None
            assert 1.9 < left <= 2.0
            loop.time = lambda: now + 6.0  # type: ignore[method-assign] # too late
            assert one.left() == 0.0

    play(run())


def test_a_request_that_holds_one_connection_gets_no_second() -> None:
    async def run() -> None:
        pool = Pool(Wire())
        async with lease(pool) as first, lease(pool) as second:
            await first.acquire()
            with pytest.raises(RuntimeError, match="asks for a second one"):
                await second.acquire()

    play(run())


def test_outside_development_nobody_watches() -> None:
    async def run() -> None:
        pool = Pool(Wire())
        async with lease(pool, one_at_a_time=False) as first, lease(pool, one_at_a_time=False) as second:
            await first.acquire()
            await second.acquire()

    play(run())


@pytest.mark.parametrize(
    ("error", "named"),
    [
        (TimeoutError(), DatabaseBusy),
        (OSError(), DatabaseUnreachable),
        (asyncpg.InterfaceError("closed"), DatabaseUnreachable),
        (asyncpg.TooManyConnectionsError("full"), DatabaseUnreachable),
        (asyncpg.CannotConnectNowError("starting"), DatabaseUnreachable),
    ],
    ids=lambda given: type(given).__name__,
)
def test_without_a_connection_the_request_is_told_why(error: Exception, named: type[Exception]) -> None:
    async def run() -> None:
        pool = Pool(error)
        with pytest.raises(named, match="Try again in a few seconds"):
            async with lease(pool) as one:
                await one.acquire()
        assert pool.returned == []

    play(run())


@pytest.mark.parametrize(
    ("error", "raised", "closed"),
    [
        (TimeoutError(), DatabaseTimedOut, 1),
        (ConnectionResetError(), DatabaseUnreachable, 1),
        (NotFound(), NotFound, 0),
        (ValueError(), ValueError, 0),
    ],
    ids=lambda given: type(given).__name__,
)
def test_a_connection_that_hangs_or_is_lost_is_closed_before_it_is_returned(error: Exception, raised: type[Exception], closed: int) -> None:
    async def run() -> None:
        wire = Wire()
        pool = Pool(wire)
        one = lease(pool)

        async def fail() -> None:
            async with one:
                await one.acquire()
                raise error

        with pytest.raises(raised) as seen:
            await fail()
        assert (wire.terminated, pool.returned, one.holds) == (closed, [wire], False)
        assert seen.value is error or seen.value.__cause__ is error

    play(run())


def test_a_connection_is_closed_once_also_where_the_server_was_first() -> None:
    async def run() -> None:
        wire = Wire(gone=True)
        async with lease(Pool(wire)) as one:
            one.cut()
            assert wire.terminated == 0
            await one.acquire()
            one.cut()
            one.cut()
        assert wire.terminated == 1

    play(run())


def test_a_statement_has_less_time_than_a_request_waits_for_its_connection() -> None:
    assert leases.ANSWER_SECONDS == 9.0 < ACQUIRE_SECONDS
