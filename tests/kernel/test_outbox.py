"""After a commit with events the followers are notified: once for many commits, soon, and only if there are events."""

from __future__ import annotations

import asyncio

import pytest
from tests.harness import Place

from phoenix.kernel.cache.generations import MachineGenerations
from phoenix.kernel.clock import SystemClock
from phoenix.kernel.data import outbox
from phoenix.kernel.data.connect import connect
from phoenix.kernel.data.database import Database
from phoenix.kernel.data.outbox import EventOutbox
from phoenix.modules.entries.events import EntryChanged


async def commit(database: Database, *subjects: str) -> None:
    async with database.transaction() as tx:
        for subject in subjects:
            tx.record(EntryChanged(subject=subject, title="t"))


async def opened(place: Place) -> tuple[Database, EventOutbox]:
    made = await connect(place.settings().database, SystemClock(), MachineGenerations(place.folder / "generations"), EventOutbox)
    assert isinstance(made.outbox, EventOutbox)
    return made, made.outbox


async def notified(box: EventOutbox) -> asyncio.Task[None]:
    """Wait for the notification."""
    task = box._task
    assert task is not None
    await task
    return task


def test_commits_close_together_share_a_delayed_notification(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    later = asyncio.Event()

    async def wait(seconds: float) -> None:
        slept.append(seconds)
        await later.wait()

    async def run() -> None:
        database, box = await opened(place)
        sent: list[str] = []

        def note(*given: object) -> None:
            sent.append(str(given[2]))

        async with database.reader() as reader:
            connection = await reader.connection()
            await connection.add_listener(outbox.CHANNEL, note)
            with monkeypatch.context() as patch:
                patch.setattr(asyncio, "sleep", wait)
                for number in range(3):
                    await commit(database, f"ent_{number}")
                await connection.execute("SELECT 1")
                assert (slept, sent) == ([outbox.NOTIFY_SECONDS], [])
                later.set()
                await notified(box)
                await connection.execute("SELECT 1")
                assert sent == [outbox.CHANNEL]
                await commit(database, "ent_3", "ent_4")
                await notified(box)
                await connection.execute("SELECT 1")
                assert sent == [outbox.CHANNEL] * 2, "the next commit gets its own notification"
            await connection.remove_listener(outbox.CHANNEL, note)
        await database.close()

    asyncio.run(run())


def test_a_commit_without_events_notifies_nobody(place: Place) -> None:
    async def run() -> None:
        database, box = await opened(place)
        async with database.transaction() as tx:
            await tx.connection()
        before = box._task
        assert before is None
        await commit(database, "ent_1")
        done = await notified(box)
        await commit(database)
        assert box._task is done
        await database.close()

    asyncio.run(run())


def test_a_notification_is_delayed_by_at_most_a_tenth_of_a_second() -> None:
    assert 0 < outbox.NOTIFY_SECONDS <= 0.1


def test_a_process_that_ends_right_after_a_commit_still_notifies(place: Place) -> None:
    async def run() -> None:
        listening, _ = await opened(place)
        heard = asyncio.Event()
        async with listening.reader() as reader:
            connection = await reader.connection()
            await connection.add_listener(outbox.CHANNEL, lambda *_: heard.set())
            database, _box = await opened(place)
            await commit(database, "ent_1")
            await database.close()
            async with asyncio.timeout(5):
                await heard.wait()
            await connection.reset()
        await listening.close()

    asyncio.run(run())
