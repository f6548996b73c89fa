"""An error at any await of any background task: afterwards the task still does what it is for."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
import pytest
from tests.harness import Harness
from tests.kernel.faults import Faults
from tests.kernel.probes import CHANNEL_JOB, JOB, LONG_JOB, WEB, WEBHOOK_JOB, WORKER, Numbered, Probes
from tests.sockets import live
from tests.waiting import until

from phoenix.composition import MODULES
from phoenix.kernel import background
from phoenix.kernel.data import followers, host
from phoenix.kernel.errors import Unavailable
from phoenix.kernel.module import Job, Module
from phoenix.kernel.realtime import sockets as realtime
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.web import session_reader
from phoenix.worker import work

# How often a place is tried again where too few were reached: another task may have done there what this one would have waited for.
ROUNDS = 5
ERRORS: tuple[type[Exception], ...] = (TimeoutError, asyncpg.PostgresError, Unavailable, OSError, ValueError)


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> Faults:
    """Tasks begin again at once; the listener alone says when something happened, so what it does is seen."""
    for module, name, seconds in (
        (background, "FIRST_DELAY", 0.005), (followers, "POLL_SECONDS", 0.2), (followers, "ASK_SECONDS", 0.05), (followers, "GATHER_SECONDS", 0.001),
        (host, "ASK_SECONDS", 0.01), (realtime, "CHECK_SECONDS", 0.01), (realtime, "PRESENT_SECONDS", 0.01), (session_reader, "FLUSH_SECONDS", 0.01),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, seconds)
    return Faults(monkeypatch)


async def raised_at(probes: Probes, name: str, place: str) -> bool:
    """Every error at one place. Returns whether the task waited there."""
    faults, waited = probes.faults, False
    for error in ERRORS:
        faults.arm(name, place, error("on purpose"))
        await probes.by_task(name)
        if not faults.raised.is_set():
            await probes.begin_anew(name)
            await probes.by_task(name)
        waited = waited or faults.raised.is_set()
    await probes.by_task(name)
    return waited


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
            if await raised_at(probes, name, place):
                raised.add(place)
    # Whether it waits in some of them depends on what other tasks do at the same time.
    least = max(min(2, len(tried)), len(tried) // 3)
    for place in sorted(tried - raised) * ROUNDS:
        if len(raised) < least and await raised_at(probes, name, place):
            raised.add(place)
    assert len(raised) >= least, f"{name} was not tried at {tried - raised}"
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

            module = Module(
                name="test",
                about="Jobs.",
                folder=Path(__file__).parent,
                jobs=tuple(Job(kind, note, by_channel=kind is CHANNEL_JOB) for kind in (JOB, LONG_JOB, WEBHOOK_JOB, CHANNEL_JOB)),
            )
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
