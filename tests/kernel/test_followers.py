"""Following events: woken at once, in order, through lost connections and failing handlers."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from functools import partial
from types import TracebackType

import pytest
from tests.harness import Harness
from tests.waiting import until

from phoenix.kernel import background
from phoenix.kernel.background import Background
from phoenix.kernel.data import followers
from phoenix.kernel.data.database import Database, Transaction
from phoenix.kernel.data.events import Recorded
from phoenix.kernel.data.followers import Listener, Tail, follow
from phoenix.kernel.data.outbox import CHANNEL
from phoenix.kernel.data.query import Query, query
from phoenix.modules.entries.events import EntryChanged

LISTENING = "SELECT pid FROM pg_stat_activity WHERE application_name = 'phoenix listener' AND datname = current_database()"


OPEN_TRANSACTIONS: Query[str] = query(
    str,
    """
    SELECT concat_ws(' ', datname, backend_type, state, now() - xact_start, backend_xid, backend_xmin, wait_event, left(query, 200))
      FROM pg_stat_activity WHERE backend_xid IS NOT NULL OR backend_xmin IS NOT NULL
""",
)


def never_mind() -> None:
    """For a task that nobody watches."""


class Tailing:
    """Follows from now on, under the name `test`. `fails` makes the next batches fail."""

    def __init__(self, database: Database, arrived: asyncio.Event) -> None:
        self._tail = Tail(database)
        self._database = database
        self._arrived = arrived
        self._tasks = Background()
        self._told: asyncio.Queue[list[str | None]] = asyncio.Queue()
        self.fails = 0

    async def __aenter__(self) -> Tailing:
        self._tasks.start("test", lambda alive: self._tail.follow(self._arrived, self._handle, alive))
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._tasks.close()

    async def begun(self) -> None:
        await until(lambda: self._tail._position)

    async def told(self) -> list[str | None]:
        """The subjects of the next batch."""
        try:
            return await asyncio.wait_for(self._told.get(), 60)
        except TimeoutError:
            # Events are read up to the oldest transaction of the whole server: say which it is.
            async with self._database.reader() as reader:
                open_ones = await reader.all(OPEN_TRANSACTIONS)
            raise AssertionError(f"nothing came; down: {self._tasks.down}, restarts: {self._tasks.restarts}, open: {open_ones}") from None

    async def _handle(self, batch: Sequence[Recorded]) -> None:
        if self.fails:
            self.fails -= 1
            raise RuntimeError("on purpose")
        self._told.put_nowait([event.subject for event in batch])


async def write(database: Database, *subjects: str) -> None:
    async with database.transaction() as tx:
        for subject in subjects:
            tx.record(EntryChanged(subject=subject, title="t"))


@contextlib.asynccontextmanager
async def listening(harness: Harness) -> AsyncIterator[tuple[Listener, asyncio.Event]]:
    """A separate, connected listener."""
    listener, tasks = Listener(harness.place.database), Background()
    arrived = listener.subscribe()
    tasks.start("listener", listener.listen, stop=listener.stop)
    try:
        # It notifies at its start, because there may have been events before it listened.
        await asyncio.wait_for(arrived.wait(), 60)
        yield listener, arrived
    finally:
        await tasks.close()


def test_a_commit_with_events_wakes_the_listeners(harness: Harness) -> None:
    async def run() -> None:
        async with harness, listening(harness) as (listener, arrived):
            other = listener.subscribe()
            arrived.clear()
            await write(harness.runtime.database, "a")
            await asyncio.wait_for(asyncio.gather(arrived.wait(), other.wait()), 60)
            # And again: listening goes on after the first notification.
            arrived.clear()
            await until(lambda: not arrived.is_set())
            await write(harness.runtime.database, "b")
            await asyncio.wait_for(arrived.wait(), 60)

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
    monkeypatch.setattr(background, "FIRST_DELAY", 0.05)

    async def run() -> None:
        async with harness, listening(harness) as (_, arrived):

            async def ours() -> set[int]:
                return {row["pid"] for row in await harness.sql(LISTENING)}

            before = await ours()
            arrived.clear()
            for pid in before:
                await harness.sql("SELECT pg_terminate_backend($1)", pid)
            await asyncio.wait_for(arrived.wait(), 60)
            after = await ours()
            assert after
            assert not after & before
            arrived.clear()
            await write(harness.runtime.database, "a")
            await asyncio.wait_for(arrived.wait(), 60)

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
            await asyncio.wait_for(listener.listen(never_mind), 60)
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
    tasks = Background()
    tasks.start("test", partial(follow, harness.runtime.database, "test", arrived, handler))
    try:
        yield
    finally:
        await tasks.close()


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


def test_a_failed_batch_of_the_live_feed_is_handled_again(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "FIRST_DELAY", 0.01)
    monkeypatch.setattr(followers, "POLL_SECONDS", 0.02)

    async def run() -> None:
        async with harness:
            database = harness.runtime.database
            await write(database, "before")
            async with Tailing(database, asyncio.Event()) as tailing:
                await tailing.begun()
                tailing.fails = 2
                await write(database, "one", "two")
                assert await tailing.told() == ["one", "two"]
                await write(database, "three")
                assert await tailing.told() == ["three"]

    asyncio.run(run())


@pytest.mark.parametrize("turns", range(6))
def test_a_follower_can_be_stopped_at_the_moment_it_is_woken(harness: Harness, monkeypatch: pytest.MonkeyPatch, turns: int) -> None:
    monkeypatch.setattr(followers, "POLL_SECONDS", 600)

    async def run() -> None:
        async with harness:
            arrived = asyncio.Event()
            task = asyncio.create_task(follow(harness.runtime.database, "test", arrived, Handler(), never_mind))
            await until(lambda: harness.sql("SELECT 1 FROM event_followers"))
            arrived.set()
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task], timeout=20)
            assert task.cancelled()

    asyncio.run(run())
