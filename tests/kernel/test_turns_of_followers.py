"""The turns of those that follow events: each says that it is alive, a lost connection ends it, and no event is handled twice."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import asyncpg
import pytest
from tests.harness import Place
from tests.kernel.database_proxy import Proxy
from tests.waiting import until

from phoenix.kernel.background import Alive
from phoenix.kernel.cache.generations import MachineGenerations
from phoenix.kernel.clock import SystemClock
from phoenix.kernel.data import followers
from phoenix.kernel.data.connect import connect
from phoenix.kernel.data.database import Database, Transaction
from phoenix.kernel.data.events import Recorded
from phoenix.kernel.data.followers import Listener, Tail, follow
from phoenix.kernel.data.outbox import EventOutbox
from phoenix.modules.entries.events import EntryChanged

NEVER = 600
LISTENERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'phoenix listener' AND datname = current_database()
"""


class Turns:
    """Counts how often a task said that it is alive."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


@contextlib.asynccontextmanager
async def opened(place: Place) -> AsyncIterator[Database]:
    made = await connect(place.settings().database, SystemClock(), MachineGenerations(place.folder / "generations"), EventOutbox)
    try:
        yield made
    finally:
        await made.close()


@contextlib.asynccontextmanager
async def running(work: Callable[[Alive], Awaitable[None]], turns: Turns) -> AsyncIterator[asyncio.Task[None]]:
    """The work as a task, which is cancelled at the end of the block."""

    async def run() -> None:
        await work(turns)

    task = asyncio.create_task(run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task], timeout=20)


async def write(database: Database, subject: str) -> None:
    async with database.transaction() as tx:
        tx.record(EntryChanged(subject=subject, title="t"))


async def ended(task: asyncio.Task[None]) -> BaseException | None:
    """What a task that ends by itself raises."""
    await asyncio.wait([task], timeout=20)
    assert task.done(), "it goes on"
    return task.exception()


def test_a_listener_says_at_each_turn_that_it_is_alive(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "ASK_SECONDS", 0.01)

    async def run() -> None:
        turns = Turns()
        async with running(Listener(place.database).listen, turns):
            await until(lambda: turns.count > 2, 10)

    asyncio.run(run())


def test_a_listener_whose_connection_was_cut_without_a_word_ends(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that it is started again: nothing else would ever tell it that no notification can arrive any more."""
    monkeypatch.setattr(followers, "ASK_SECONDS", 0.01)
    monkeypatch.setattr(followers, "ANSWER_SECONDS", 0.2)
    proxy = Proxy(place.database)

    async def run() -> None:
        turns = Turns()
        async with proxy.serving() as address, running(Listener(address).listen, turns) as task:
            await until(lambda: turns.count, 10)
            proxy.frozen_by = b""
            assert isinstance(await ended(task), TimeoutError)

    asyncio.run(run())


def test_a_listener_that_lost_its_connection_ends_with_an_error(place: Place) -> None:
    async def run() -> None:
        turns = Turns()
        async with running(Listener(place.database).listen, turns) as task:
            await until(lambda: turns.count, 10)
            connection = await asyncpg.connect(place.owner)
            await connection.execute(LISTENERS)
            await connection.close()
            assert isinstance(await ended(task), ConnectionError)

    asyncio.run(run())


def test_a_follower_says_after_each_turn_that_it_is_alive_also_if_there_was_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "POLL_SECONDS", NEVER)

    async def handle(tx: Transaction, batch: Sequence[Recorded]) -> None: ...

    async def run() -> None:
        turns, arrived = Turns(), asyncio.Event()
        async with opened(place) as database, running(lambda alive: follow(database, "test", arrived, handle, alive), turns):
            await until(lambda: turns.count == 1, 10)
            arrived.set()
            await until(lambda: turns.count == 2, 10)

    asyncio.run(run())


def test_the_live_feed_says_after_each_turn_that_it_is_alive(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "POLL_SECONDS", NEVER)

    async def handle(batch: Sequence[Recorded]) -> None: ...

    async def run() -> None:
        turns, arrived = Turns(), asyncio.Event()
        async with opened(place) as database, running(lambda alive: Tail(database).follow(arrived, handle, alive), turns):
            await until(lambda: turns.count == 1, 10)
            arrived.set()
            await until(lambda: turns.count == 2, 10)

    asyncio.run(run())


def test_the_live_feed_handles_no_event_of_several_transactions_twice(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "POLL_SECONDS", NEVER)
    seen: list[str | None] = []

    async def handle(batch: Sequence[Recorded]) -> None:
        seen.extend(event.subject for event in batch)

    async def run() -> None:
        turns, arrived = Turns(), asyncio.Event()

        async def read_to(subject: str) -> bool:
            arrived.set()
            return bool(seen) and seen[-1] == subject

        async with opened(place) as database, running(lambda alive: Tail(database).follow(arrived, handle, alive), turns):
            await until(lambda: turns.count, 10)
            for subject in ("one", "two", "three", "four"):
                await write(database, subject)
            await until(lambda: read_to("four"))
            await write(database, "five")
            await until(lambda: read_to("five"))
            assert seen == ["one", "two", "three", "four", "five"]

    asyncio.run(run())


def test_an_event_whose_notification_was_lost_is_seen_within_a_second() -> None:
    assert 0 < followers.POLL_SECONDS <= 1
