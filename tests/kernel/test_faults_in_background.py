"""An error at any await of any background task: afterwards the task still does what it is for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC
from pathlib import Path
from typing import TypeAlias

import asyncpg
import pytest
from msgspec import Struct
from tests.harness import Harness
from tests.kernel.faults import Faults
from tests.sockets import Live, Socket, live
from tests.waiting import until

from phoenix.composition import MODULES
from phoenix.kernel import background
from phoenix.kernel.actor import Use
from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data import followers, host
from phoenix.kernel.data.jobs import JobKind, enqueue
from phoenix.kernel.errors import Unavailable
from phoenix.kernel.module import Job, Module
from phoenix.kernel.realtime import sockets as realtime
from phoenix.kernel.realtime.gathering import Counted
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.web import session_reader
from phoenix.modules.entries.events import EntryChanged
from phoenix.worker import work

ERRORS: tuple[type[Exception], ...] = (TimeoutError, asyncpg.PostgresError, Unavailable, OSError, ValueError)


class Numbered(Struct, frozen=True):
    n: int


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> Faults:
    """Tasks begin again at once; the listener alone says when something happened, so what it does is seen."""
    for module, name, seconds in (
        (background, "FIRST_DELAY", 0.005), (followers, "POLL_SECONDS", 0.2), (followers, "ASK_SECONDS", 0.05), (followers, "GATHER_SECONDS", 0.001),
        (host, "ASK_SECONDS", 0.01), (realtime, "CHECK_SECONDS", 0.01), (session_reader, "FLUSH_SECONDS", 0.01),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, seconds)
    return Faults(monkeypatch)


Probe: TypeAlias = "Callable[[Probes], Awaitable[None]]"


class Probes:
    """For each task, something that only it does: each returns when it was done."""

    def __init__(self, faults: Faults, known: Mapping[str, Probe], harness: Harness, runtime: Runtime, stack: AsyncExitStack) -> None:
        self.faults = faults
        self.known = known
        self.heard: asyncio.Event | None = None
        self.harness = harness
        self.runtime = runtime
        self.stack = stack
        self.number = 0
        self.socket: Socket | None = None
        self.live: Live | None = None
        self.ran: list[int] = []

    @property
    def here(self) -> Live:
        assert self.live is not None
        return self.live

    async def by_task(self, name: str) -> None:
        self.number += 1
        await asyncio.wait_for(self.known[name](self), 30)

    async def begin_anew(self, name: str) -> None:
        """As in a new process: nothing was followed yet, and no connection is open."""
        if name == "feed":
            tail = self.here.sockets._tail
            tail._position = None
            self.faults.restart(name)
            await self.post()
            await until(lambda: tail._position)
        elif name == "host of the database":
            await self.harness.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'phoenix host'")
        elif name.startswith("queue"):
            await self.harness.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'phoenix jobs'")
        else:
            if name.startswith("follower"):
                await self.harness.sql("DELETE FROM event_followers")
            self.faults.restart(name)
            await self.post()

    async def post(self) -> str:
        """An event."""
        subject = f"ent_{self.number:08}"
        async with self.runtime.database.transaction(actor=self.harness.people["ada"].id) as tx:
            tx.record(EntryChanged(organisation=self.harness.organisations["ember"], subject=subject, title="t"))
        return subject

    async def feed(self) -> None:
        socket = await self.connected()
        await self.change_session()
        subject = await self.post()
        await until(lambda: any(subject in text for text in socket.texts) or not self.here.sockets.open)
        if not any(subject in text for text in socket.texts):
            # It could not be checked, so it was cut: it connects again, and receives what follows.
            socket = await self.connected()
            subject = await self.post()
            await socket.until(lambda: any(subject in text for text in socket.texts))

    async def change_session(self) -> None:
        """Whoever checks it next reads it from the database."""
        async with self.runtime.database.transaction() as tx:
            await tx.connection()
            tx.invalidate(ACCOUNT(self.harness.people["ada"].id))

    async def connected(self) -> Socket:
        if self.socket is None or not self.here.sockets.open:
            self.socket = await self.stack.enter_async_context(Socket(self.here))
            await self.socket.sign_in(self.harness.people["ada"].token)
        return self.socket

    async def listen(self) -> None:
        """It hears of an event; also of one before it listened, as it tells at its start."""
        listener = self.faults.owners["listener"]
        if self.heard is None:
            self.heard = listener.subscribe()
        self.heard.clear()
        await self.post()
        await self.heard.wait()

    async def check_sessions(self) -> None:
        """A socket is brought back into the rooms of its member."""
        await self.connected()
        room = f"organisation:{self.harness.organisations['ember']}"
        socket = self.here.only
        self.here.sockets.rooms.leave(socket, room)
        self.here.sockets.open[socket].rooms -= {room}
        await self.change_session()
        await until(lambda: not self.here.sockets.open or room in self.here.sockets.rooms.names(socket))

    async def send_gathered(self) -> None:
        """What was counted of a large room is sent, or whoever could not be checked is cut."""
        socket = await self.connected()
        await self.change_session()
        gathering, event = self.here.sockets._gathering, f"counted_{self.number}"
        gathering._counted[f"organisation:{self.harness.organisations['ember']}", event] = Counted(due=0.0, new=2)
        await until(lambda: any(event in text for text in socket.texts) or not self.here.sockets.open)

    async def claim_database(self) -> None:
        async def claimed() -> bool:
            return bool(await self.harness.sql("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = 3 AND granted"))

        await until(claimed)

    async def save_last_use(self) -> None:
        ada = self.harness.people["ada"]
        at = self.harness.clock.now().replace(microsecond=0).astimezone(UTC)
        self.harness.clock.advance(seconds=1)
        self.harness.sessions._seen[ada.session] = Use(ada.session, at.timestamp())

        async def saved() -> bool:
            rows = await self.harness.sql("SELECT seen_at FROM sessions WHERE id = $1", ada.session)
            return bool(rows[0]["seen_at"] >= at)

        await until(saved)

    async def audit(self) -> None:
        subject = await self.post()
        await until(lambda: self.harness.sql("SELECT 1 FROM audit_log WHERE subject = $1", subject))

    async def run_job(self) -> None:
        number = self.number
        async with self.runtime.database.transaction() as tx:
            await enqueue(tx, JOB, Numbered(number))
        await until(lambda: number in self.ran)

    async def run_long_job(self) -> None:
        number = self.number
        async with self.runtime.database.transaction() as tx:
            await enqueue(tx, LONG_JOB, Numbered(number))
        await until(lambda: number in self.ran)


JOB, LONG_JOB = JobKind("test.job", Numbered), JobKind("test.long", Numbered, queue="long")
WEB: dict[str, Probe] = {
    "feed": Probes.feed,
    "listener": Probes.listen,
    "gathered messages": Probes.send_gathered,
    "sessions of sockets": Probes.check_sessions,
    "last use of sessions": Probes.save_last_use,
    "host of the database": Probes.claim_database,
}
WORKER: dict[str, Probe] = {
    "follower admin.audit": Probes.audit,
    "queue default": Probes.run_job,
    "queue long": Probes.run_long_job,
    "listener": Probes.listen,
    "host of the database": Probes.claim_database,
}


async def raise_everywhere(probes: Probes, name: str) -> None:
    """Every error at every place where the task waits."""
    await probes.by_task(name)
    await probes.begin_anew(name)
    await probes.by_task(name)
    faults, tried = probes.faults, set[str]()
    raised: set[str] = set()
    while new := faults.seen[name] - tried:
        for place in sorted(new):
            tried.add(place)
            for error in ERRORS:
                faults.arm(name, place, error("on purpose"))
                await probes.by_task(name)
                if not faults.raised.is_set():
                    await probes.begin_anew(name)
                    await probes.by_task(name)
                if faults.raised.is_set():
                    raised.add(place)
            await probes.by_task(name)
    # Whether it waits in some of them depends on what other tasks do at the same time.
    assert len(raised) >= max(min(2, len(tried)), len(tried) // 3), f"{name} was not tried at {tried - raised}"
    # It says that it works at the end of its turn, which the probe does not wait for.
    await until(lambda: name not in probes.runtime.background.down)


def test_every_task_of_web_and_realtime_processes_works_after_an_error_at_any_await(harness: Harness, faults: Faults) -> None:
    async def run() -> None:
        async with harness, live(harness) as here, AsyncExitStack() as stack:
            await harness.organisation("ember", ada="owner")
            assert harness.runtime.background.names == set(WEB), "a new task needs a probe here"
            probes = Probes(faults, WEB, harness, harness.runtime, stack)
            probes.live = here
            for name in WEB:
                await raise_everywhere(probes, name)

    asyncio.run(run())


def test_every_task_of_a_worker_works_after_an_error_at_any_await(harness: Harness, faults: Faults) -> None:
    async def run() -> None:
        async with harness, AsyncExitStack() as stack:
            await harness.organisation("ember", ada="owner")
            ran: list[int] = []

            async def note(_: Runtime, payload: Numbered) -> None:
                ran.append(payload.n)

            module = Module(name="test", about="Jobs.", folder=Path(__file__).parent, jobs=(Job(JOB, note), Job(LONG_JOB, note)))
            registry = Registry((*MODULES, module))
            runtime = await stack.enter_async_context(registry.opened(harness.runtime.settings, clock=harness.clock))
            stop = asyncio.Event()
            working = asyncio.create_task(work(runtime, stop))
            await until(lambda: "listener" in runtime.background.names)
            assert runtime.background.names == set(WORKER), "a new task needs a probe here"
            probes = Probes(faults, WORKER, harness, runtime, stack)
            probes.ran = ran
            for name in WORKER:
                await raise_everywhere(probes, name)
            stop.set()
            await asyncio.wait_for(working, 60)

    asyncio.run(run())
