"""Background tasks are started in one place: a failure is logged, counted, seen in /readyz, and followed by another start."""

from __future__ import annotations

import ast
import asyncio
import faulthandler
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
from tests.harness import Harness
from tests.logs import logging_of, records
from tests.source import SOURCE
from tests.waiting import until

from phoenix.kernel import background
from phoenix.kernel.background import Alive, Background, once
from phoenix.kernel.data.failures import LOST
from phoenix.kernel.errors import Unavailable
from phoenix.settings import LogSettings

STARTS = {"create_task", "ensure_future", "TaskGroup", "run_coroutine_threadsafe"}


class Stumbles:
    """Work that fails as often as it is told to, then works."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.turns = 0

    async def __call__(self, alive: Alive) -> None:
        while True:
            if self.failures:
                raise self.failures.pop(0)
            self.turns += 1
            alive()
            await asyncio.sleep(0)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "FIRST_DELAY", 0.001)
    monkeypatch.setattr(background, "LONGEST_DELAY", 0.004)


def test_no_other_file_starts_a_task() -> None:
    found = [
        f"{path.relative_to(SOURCE)}:{node.lineno}"
        for path in SOURCE.rglob("*.py")
        if path.name != "background.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in STARTS
    ]
    assert found == []


@pytest.mark.usefixtures("quick")
def test_a_task_that_fails_is_logged_counted_and_started_again_ever_more_slowly() -> None:
    work = Stumbles(*(RuntimeError("on purpose") for _ in range(4)), OSError("gone"), Unavailable(), TimeoutError())

    async def run() -> None:
        tasks = Background()
        with logging_of(LogSettings(level="debug", format="json")) as stream:
            tasks.start("work", work)
            await until(lambda: work.turns)
            assert tasks.restarts == {"work": 7}
            assert tasks.down == frozenset()
            await tasks.close()
        said = records(stream)
        failed = [one for one in said if one["event"] == "background_failed"]
        interrupted = [one for one in said if one["event"] == "background_interrupted"]
        assert [one["retry_seconds"] for one in failed + interrupted] == [0.001, 0.002, *[0.004] * 5]
        assert all("on purpose" in str(one) and one["task"] == "work" for one in failed), "a bug is logged with its traceback"
        assert [one["reason"] for one in interrupted] == ["OSError", "Unavailable", "TimeoutError"]
        assert [one["event"] for one in said if "again" in one["event"]] == ["background_works_again"]

    asyncio.run(run())


@pytest.mark.usefixtures("quick")
def test_after_a_turn_that_worked_the_next_failure_waits_briefly_again() -> None:
    delays = []

    async def work(alive: Alive) -> None:
        alive()
        delays.append(1)
        raise asyncpg.PostgresError

    async def run() -> None:
        tasks = Background()
        with logging_of(LogSettings(level="debug", format="json")) as stream:
            tasks.start("work", work)
            await until(lambda: len(delays) > 3)
            await tasks.close()
        assert {one["retry_seconds"] for one in records(stream) if one["event"] == "background_interrupted"} == {0.001}

    asyncio.run(run())


@pytest.mark.usefixtures("quick")
def test_a_task_that_hangs_or_ends_is_started_again() -> None:
    begun = []

    async def hang(alive: Alive) -> None:
        alive()
        begun.append("hang")
        await asyncio.Event().wait()

    async def end(alive: Alive) -> None:
        begun.append("end")

    async def run() -> None:
        tasks = Background()
        tasks.start("hang", hang, hangs_after=0.01)
        tasks.start("end", end)
        await until(lambda: begun.count("hang") > 1 and begun.count("end") > 1)
        assert tasks.down == {"end"}, "one that never worked stays down; the other works until it hangs"
        await tasks.close()
        assert tasks.names == tasks.down == frozenset()

    asyncio.run(run())


def test_a_task_that_can_end_by_itself_does_so_before_it_is_cancelled() -> None:
    async def run() -> None:
        asked, ended = asyncio.Event(), []

        async def work(alive: Alive) -> None:
            await asked.wait()
            ended.append("by itself")

        async def wait(alive: Alive) -> None:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                ended.append("cancelled")
                raise

        tasks = Background()
        tasks.start("work", work, stop=asked.set)
        tasks.start("wait", wait)
        tasks.start("fails", Stumbles(ValueError()), stop=lambda: None)
        await until(lambda: tasks.down == {"fails"})
        await tasks.close(seconds=None)
        assert ended == ["by itself", "cancelled"], "and one that rests after a failure holds up nothing"
        assert not tasks.restarts["work"]

    asyncio.run(run())


def test_what_is_done_once_is_logged_when_it_fails() -> None:
    async def fail() -> None:
        raise ValueError("on purpose")

    async def run() -> None:
        with logging_of(LogSettings(level="debug", format="json")) as stream:
            await once("notify", fail())
        assert [(one["event"], one["task"]) for one in records(stream)] == [("background_failed", "notify")]

    asyncio.run(run())


def test_a_process_is_not_ready_while_a_task_is_down(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            assert (await harness.get("/readyz")).status_code == 200
            work = Stumbles(ValueError())
            harness.runtime.background.start("work", work)
            await until(lambda: harness.runtime.background.down)
            answer = await harness.get("/readyz")
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
            await until(lambda: work.turns)
            assert (await harness.get("/readyz")).status_code == 200

    asyncio.run(run())


def test_a_process_whose_event_loop_hangs_says_where_and_ends() -> None:
    program = (
        "import asyncio, threading\n"
        "from phoenix.kernel import background\n"
        "background.WATCHDOG_SECONDS = 0.5\n"
        "async def run():\n"
        "    tasks = background.Background()\n"
        "    tasks.start('watchdog', background.watchdog)\n"
        "    await asyncio.sleep(0)\n"
        "    hang_here()\n"
        "def hang_here():\n"
        "    threading.Event().wait()\n"
        "asyncio.run(run())\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PYTHONPATH": str(Path(SOURCE).parent)},
    )
    assert ended.returncode == 1
    assert "in hang_here" in ended.stderr


def test_a_watched_process_that_works_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    monkeypatch.setattr(faulthandler, "dump_traceback_later", lambda *_, **__: calls.append("armed"))
    monkeypatch.setattr(faulthandler, "cancel_dump_traceback_later", lambda: calls.append("off"))
    monkeypatch.setattr(background, "WATCH_SECONDS", 0.001)

    async def run() -> None:
        tasks = Background()
        tasks.start("watchdog", background.watchdog)
        await until(lambda: len(calls) > 2)
        await tasks.close()
        assert calls[-1] == "off"

    asyncio.run(run())


def test_whatever_says_that_the_database_is_away_is_expected() -> None:
    """asyncpg has an error of its own for a connection that the server ends between two messages."""
    for lost in LOST:
        assert issubclass(lost, background.EXPECTED), lost


@pytest.mark.usefixtures("quick")
def test_what_people_wait_for_is_started_again_within_a_given_time() -> None:
    async def run() -> None:
        tasks = Background()
        with logging_of(LogSettings(level="debug", format="json")) as stream:
            tasks.start("work", Stumbles(*(OSError("gone") for _ in range(5))), longest_delay=0.002)
            await until(lambda: tasks.restarts["work"] == 5 and not tasks.down)
            await tasks.close()
        assert [one["retry_seconds"] for one in records(stream) if one["event"] == "background_interrupted"] == [0.001, *[0.002] * 4]

    asyncio.run(run())
