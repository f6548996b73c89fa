"""What followers do while nothing happens: they wait, make no unnecessary queries, and leave nothing open."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from tests.harness import Harness
from tests.kernel.test_followers import Handler, Tailing, following, never_mind, write
from tests.waiting import until

from phoenix.kernel.data import followers
from phoenix.kernel.data.followers import Listener

NEVER = 600


class Sleeps:
    """Records the durations of all sleeps, none of which really waits."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds: list[float] = []
        self._sleep = asyncio.sleep
        monkeypatch.setattr(asyncio, "sleep", self)

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await self._sleep(0)


@pytest.mark.parametrize("lost", [False, True], ids=["stopped", "lost"])
def test_a_listener_closes_what_it_opened(harness: Harness, monkeypatch: pytest.MonkeyPatch, lost: bool) -> None:
    opened: list[Any] = []
    connect = asyncpg.connect

    async def note(*args: Any, **options: Any) -> Any:
        opened.append(await connect(*args, **options))
        return opened[-1]

    async def run() -> None:
        async with harness:
            listener = Listener(harness.place.database)
            arrived = listener.subscribe()
            monkeypatch.setattr(asyncpg, "connect", note)
            task = asyncio.create_task(listener.listen(never_mind))
            await asyncio.wait_for(arrived.wait(), 60)
            monkeypatch.setattr(asyncpg, "connect", connect)
            if lost:
                opened[0].terminate()
            listener.stop()
            await asyncio.wait_for(task, 60)
            assert [connection.is_closed() for connection in opened] == [True]

    asyncio.run(run())


def test_a_listener_stopped_while_connecting_does_not_listen(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = asyncpg.connect

    async def run() -> None:
        async with harness:
            listener = Listener(harness.place.database)

            async def stop_meanwhile(*args: Any, **options: Any) -> Any:
                made = await connect(*args, **options)
                listener.stop()
                return made

            monkeypatch.setattr(asyncpg, "connect", stop_meanwhile)
            await asyncio.wait_for(listener.listen(never_mind), 60)
            monkeypatch.setattr(asyncpg, "connect", connect)

    asyncio.run(run())


async def some_time(harness: Harness) -> None:
    """Long enough for a loop that does not wait to run many times."""
    for _ in range(10):
        await harness.sql("SELECT 1")


def test_a_follower_queries_once_each_time_it_is_woken(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "POLL_SECONDS", NEVER)
    asked = 0
    follow_once = followers.follow_once

    async def count(*args: Any) -> int:
        nonlocal asked
        done = await follow_once(*args)
        asked += 1
        return done

    monkeypatch.setattr(followers, "follow_once", count)

    async def run() -> None:
        async with harness:
            arrived = asyncio.Event()
            async with following(harness, Handler(), arrived):
                for times in (1, 2, 3):
                    await until(lambda times=times: asked == times)  # type: ignore[misc]
                    await some_time(harness)
                    assert asked == times
                    arrived.set()

    asyncio.run(run())


def test_simultaneous_events_are_gathered_into_one_batch(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with harness:
            arrived, handler = asyncio.Event(), Handler()
            await write(harness.runtime.database, "a")
            sleeps = Sleeps(monkeypatch)
            arrived.set()
            async with following(harness, handler, arrived):
                arrived.set()
                while not handler.seen:
                    await sleeps._sleep(0)
                    arrived.set()
            monkeypatch.undo()
            assert followers.GATHER_SECONDS in sleeps.seconds
            assert 0 < followers.GATHER_SECONDS <= 0.5, "gathering must be short, because people wait for it"

    asyncio.run(run())


def test_a_poll_without_a_notification_does_not_wait_for_more_events(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "POLL_SECONDS", 0.01)

    async def run() -> None:
        async with harness:
            handler = Handler()
            await write(harness.runtime.database, "a")
            sleeps = Sleeps(monkeypatch)
            async with following(harness, handler, asyncio.Event()):
                for subjects in (["a"], ["a", "b"]):
                    while handler.seen != subjects:
                        await sleeps._sleep(0)
                    if len(subjects) == 1:
                        await write(harness.runtime.database, "b")
            monkeypatch.undo()
            assert followers.GATHER_SECONDS not in sleeps.seconds

    asyncio.run(run())


def test_the_live_feed_asks_once_for_each_time_it_is_woken_and_takes_all(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "POLL_SECONDS", NEVER)

    async def run() -> None:
        async with harness:
            database, asked = harness.runtime.database, 0
            reader = database.reader

            @contextlib.asynccontextmanager
            async def count() -> AsyncIterator[Any]:
                nonlocal asked
                async with reader() as found:
                    yield found
                asked += 1

            monkeypatch.setattr(database, "reader", count)
            arrived = asyncio.Event()
            async with Tailing(database, arrived) as tailing:
                for times in (1, 2):
                    await until(lambda times=times: asked == times)  # type: ignore[misc]
                    await some_time(harness)
                    assert asked == times
                    if times == 1:
                        arrived.set()
                names = [f"ent_{number:03}" for number in range(followers.BATCH + 5)]
                await write(database, *names)
                arrived.set()
                # A full batch is followed by the next at once.
                assert await tailing.told() + await tailing.told() == names

    asyncio.run(run())
