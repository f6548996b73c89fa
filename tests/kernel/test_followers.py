"""Following events: woken at once, in order, through lost connections and failing handlers."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

import pytest
from tests.harness import Harness
from tests.waiting import until

from phoenix.kernel.data import followers
from phoenix.kernel.data.database import Database, Transaction
from phoenix.kernel.data.events import Recorded
from phoenix.kernel.data.followers import Listener, follow, latest
from phoenix.kernel.data.outbox import CHANNEL
from phoenix.kernel.errors import Unavailable
from phoenix.modules.entries.events import EntryChanged

LISTENING = "SELECT pid FROM pg_stat_activity WHERE application_name = 'phoenix listener' AND datname = current_database()"


@pytest.fixture
def harness(harness: Harness) -> Harness:
    """Phoenix without its sockets, which would listen and follow as well."""
    harness.variables["PHOENIX_REALTIME_PROCESSES"] = "1"
    return harness


async def write(database: Database, *subjects: str) -> None:
    async with database.transaction() as tx:
        for subject in subjects:
            tx.record(EntryChanged(subject=subject, title="t"))


@contextlib.asynccontextmanager
async def listening(harness: Harness) -> AsyncIterator[tuple[Listener, asyncio.Event]]:
    """A separate, connected listener."""
    listener = Listener(harness.place.database)
    arrived = listener.subscribe()
    task = asyncio.create_task(listener.listen())
    try:
        # It notifies at its start, because there may have been events before it listened.
        await asyncio.wait_for(arrived.wait(), 10)
        yield listener, arrived
    finally:
        listener.stop()
        await asyncio.wait_for(task, 10)


def test_a_commit_with_events_wakes_the_listeners(harness: Harness) -> None:
    async def run() -> None:
        async with harness, listening(harness) as (listener, arrived):
            other = listener.subscribe()
            arrived.clear()
            await write(harness.runtime.database, "a")
            await asyncio.wait_for(asyncio.gather(arrived.wait(), other.wait()), 10)
            # And again: listening goes on after the first notification.
            arrived.clear()
            await until(lambda: not arrived.is_set())
            await write(harness.runtime.database, "b")
            await asyncio.wait_for(arrived.wait(), 10)

    asyncio.run(run())


def test_many_commits_share_one_notification(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            notifications = 0

            def count(*_: object) -> None:
                nonlocal notifications
                notifications += 1

            async with harness.runtime.database.reader() as reader:
                connection = await reader.connection()
                await connection.add_listener(CHANNEL, count)
                await asyncio.gather(*(write(harness.runtime.database, str(number)) for number in range(5)))
                await until(lambda: notifications)
                await connection.execute("SELECT 1")
                assert notifications < 5
                before = notifications
                async with harness.runtime.database.transaction() as tx:
                    await tx.connection()
                await write(harness.runtime.database, "last")
                await until(lambda: notifications > before)
                await connection.remove_listener(CHANNEL, count)

    asyncio.run(run())


def test_a_listener_survives_a_lost_connection(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "POLL_SECONDS", 0.05)

    async def run() -> None:
        async with harness, listening(harness) as (_, arrived):

            async def ours() -> set[int]:
                return {row["pid"] for row in await harness.sql(LISTENING)}

            before = await ours()
            arrived.clear()
            for pid in before:
                await harness.sql("SELECT pg_terminate_backend($1)", pid)
            await asyncio.wait_for(arrived.wait(), 10)
            after = await ours()
            assert after
            assert not after & before
            arrived.clear()
            await write(harness.runtime.database, "a")
            await asyncio.wait_for(arrived.wait(), 10)

    asyncio.run(run())


def test_a_stopped_listener_leaves_no_connection(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            before = len(await harness.sql(LISTENING))
            async with listening(harness):
                assert len(await harness.sql(LISTENING)) == before + 1
            await until(lambda: is_left(before))

    async def is_left(before: int) -> bool:
        return len(await harness.sql(LISTENING)) == before

    asyncio.run(run())


def test_a_listener_stopped_before_it_starts_listening_ends(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            listener = Listener(harness.place.database)
            arrived = listener.subscribe()
            listener.stop()
            await asyncio.wait_for(listener.listen(), 10)
            assert not arrived.is_set()

    asyncio.run(run())


class Handler:
    """Records batches, and fails a given number of times."""

    def __init__(self, failures: int = 0) -> None:
        self.batches: list[list[str | None]] = []
        self.failures = failures

    async def __call__(self, tx: Transaction, batch: Sequence[Recorded]) -> None:
        del tx
        if self.failures:
            self.failures -= 1
            raise RuntimeError("on purpose")
        self.batches.append([event.subject for event in batch])

    @property
    def seen(self) -> list[str | None]:
        return [subject for batch in self.batches for subject in batch]


@contextlib.asynccontextmanager
async def following(harness: Harness, handler: Handler, arrived: asyncio.Event) -> AsyncIterator[None]:
    task = asyncio.create_task(follow(harness.runtime.database, "test", arrived, handler))
    try:
        yield
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


def test_a_follower_reads_everything_in_batches_and_continues(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "POLL_SECONDS", 600)

    async def run() -> None:
        async with harness:
            arrived, handler, names = asyncio.Event(), Handler(), [f"ent_{number:03}" for number in range(followers.BATCH + 5)]
            await write(harness.runtime.database, *names)
            arrived.set()
            async with following(harness, handler, arrived):
                await until(lambda: not arrived.is_set())
                # The first round stored its position. Then it is woken, and after a full batch it reads the next without waiting.
                arrived.set()
                await until(lambda: len(handler.seen) == len(names))
                assert handler.seen == names
                assert [len(batch) for batch in handler.batches] == [followers.BATCH, 5]
                await write(harness.runtime.database, "later")
                arrived.set()
                await until(lambda: handler.seen[-1] == "later")

    asyncio.run(run())


def test_a_follower_polls_if_no_notification_arrives(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "POLL_SECONDS", 0.02)

    async def run() -> None:
        async with harness:
            handler = Handler()
            async with following(harness, handler, asyncio.Event()):
                await write(harness.runtime.database, "a")
                await until(lambda: handler.seen == ["a"])

    asyncio.run(run())


def test_a_failing_batch_is_retried_with_growing_delays_and_logged(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    waits: list[float] = []
    sleep = asyncio.sleep

    async def hurry(seconds: float) -> None:
        waits.append(seconds)
        await sleep(0)

    async def run() -> None:
        async with harness:
            handler = Handler(failures=9)
            await write(harness.runtime.database, "a")
            monkeypatch.setattr(asyncio, "sleep", hurry)
            arrived = asyncio.Event()
            arrived.set()
            async with following(harness, handler, arrived):
                arrived.set()
                while not handler.seen:
                    arrived.set()
                    await sleep(0)
            monkeypatch.undo()
            slower = [seconds for seconds in waits if seconds >= followers.POLL_SECONDS]
            assert slower[:8] == [1, 2, 4, 8, 16, 32, 60, 60]
            assert handler.seen == ["a"]

    asyncio.run(run())
    assert capsys.readouterr().out.count("follower_failed") == 9


def test_the_live_feed_continues_after_the_database_was_unreachable(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "POLL_SECONDS", 0.02)

    async def run() -> None:
        async with harness:
            database, failures, reads = harness.runtime.database, 0, 0
            reader = database.reader

            @contextlib.asynccontextmanager
            async def stumble() -> AsyncIterator[object]:
                nonlocal failures, reads
                if failures:
                    failures -= 1
                    raise Unavailable("gone")
                async with reader() as found:
                    yield found
                reads += 1

            monkeypatch.setattr(database, "reader", stumble)
            await write(database, "before")
            batches = latest(database, asyncio.Event())
            first = asyncio.create_task(anext(batches))
            await until(lambda: reads)
            failures = 2
            await until(lambda: failures == 0)
            await write(database, "one", "two")
            assert [event.subject for event in await asyncio.wait_for(first, 10)] == ["one", "two"]
            await write(database, "three")
            assert [event.subject for event in await asyncio.wait_for(anext(batches), 10)] == ["three"]
            await batches.aclose()

    asyncio.run(run())


@pytest.mark.parametrize("turns", range(6))
def test_a_follower_can_be_stopped_at_the_moment_it_is_woken(harness: Harness, monkeypatch: pytest.MonkeyPatch, turns: int) -> None:
    monkeypatch.setattr(followers, "POLL_SECONDS", 600)

    async def run() -> None:
        async with harness:
            arrived = asyncio.Event()
            task = asyncio.create_task(follow(harness.runtime.database, "test", arrived, Handler()))
            await until(lambda: harness.sql("SELECT 1 FROM event_followers"))
            arrived.set()
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task], timeout=20)
            assert task.cancelled()

    asyncio.run(run())
