"""Supervision, with substitutes for the processes that Phoenix runs."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from phoenix.embedded import processes
from phoenix.embedded.processes import EmbeddedError, is_gone, wait_until
from phoenix.embedded.valkey import free_port
from phoenix.operations.up.addresses import is_free, listens
from phoenix.operations.up.children import Child
from phoenix.operations.up.leftovers import end_leftovers
from phoenix.operations.up.plan import DATA_OPTION, DATA_VARIABLE, Part
from phoenix.operations.up.supervise import GaveUpError, Supervisor

SLEEPER = (sys.executable, "-c", "import signal; print('hello', flush=True); signal.pause()")
# A server whose worker, in the same process group, keeps the port and outlives it.
SERVER = """
import os, signal, socket, sys
listener = socket.socket()
listener.bind(("127.0.0.1", int(sys.argv[1])))
if os.fork() == 0:
    signal.pause()
# Whoever sees the port answer knows that both hold it.
listener.listen()
signal.pause()
"""


@dataclass
class Time:
    now: float = 0.0

    def read(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class FakePart:
    """A supervised process that ends when the test says so."""

    name: str
    journal: list[str] = field(default_factory=list)
    ended: bool = False
    fails: int = 0

    def start(self) -> None:
        if self.fails:
            self.fails -= 1
            raise EmbeddedError("no room")
        self.ended = False
        self.journal.append(f"start {self.name}")

    def has_ended(self) -> bool:
        return self.ended

    def stop(self) -> None:
        self.journal.append(f"stop {self.name}")

    def kill(self) -> None:
        self.journal.append(f"kill {self.name}")

    def last_words(self) -> list[str]:
        return ["first", "last"]


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(time: Time, said: list[str]) -> Supervisor:
    return Supervisor(said.append, clock=time.read, sleep=time.sleep)


def test_an_ended_process_is_restarted_with_growing_delays(supervisor: Supervisor, time: Time, said: list[str]) -> None:
    part = FakePart("worker")
    supervisor.start(part)
    supervisor.starting = False
    starts = []
    for _ in range(9):
        part.ended = True
        begun = time.now
        supervisor.watch(lambda: not part.ended)
        starts.append(round(time.now - begun))
    assert starts == [1, 1, 2, 4, 8, 16, 30, 30, 30]
    assert said[:2] == ["worker ended. Starting it again in 0.5 s.", "Starting worker again."]


def test_a_process_that_ran_for_long_is_restarted_quickly(supervisor: Supervisor, time: Time, said: list[str]) -> None:
    part = FakePart("worker")
    supervisor.start(part)
    supervisor.starting = False
    for _ in range(4):
        part.ended = True
        supervisor.watch(lambda: not part.ended)
    time.now += 60
    part.ended = True
    supervisor.look()
    assert said[-1] == "worker ended. Starting it again in 0.5 s."


def test_a_process_that_never_starts_is_abandoned_and_its_last_output_is_shown(supervisor: Supervisor, time: Time) -> None:
    part = FakePart("web")
    supervisor.start(part)

    def dies_at_once() -> bool:
        part.ended = True
        return False

    with pytest.raises(GaveUpError, match=r"web ended 5 times while starting\. Its last output:\n  first\n  last"):
        supervisor.watch(dies_at_once)
    assert time.now < 20


def test_restarting_a_server_is_retried_if_it_fails(supervisor: Supervisor, said: list[str]) -> None:
    part = FakePart("PostgreSQL")
    supervisor.start(part)
    supervisor.starting = False
    part.ended, part.fails = True, 2
    supervisor.watch(lambda: not part.ended)
    assert said.count("Starting PostgreSQL again.") == 3
    assert "PostgreSQL did not start (no room). Starting it again in 1 s." in said


def test_everything_is_stopped_in_the_given_order(supervisor: Supervisor) -> None:
    journal: list[str] = []
    for name in ("PostgreSQL", "Valkey", "web", "realtime-1", "realtime-2", "worker"):
        supervisor.start(FakePart(name, journal))
    journal.clear()
    supervisor.stop(("web", "realtime", "worker", "Valkey", "PostgreSQL"))
    assert journal == ["stop web", "stop realtime-2", "stop realtime-1", "stop worker", "stop Valkey", "stop PostgreSQL"]


def test_a_request_to_stop_is_seen_by_whoever_watches(supervisor: Supervisor) -> None:
    part = FakePart("web")
    supervisor.start(part)
    requested = KeyboardInterrupt()

    def ask() -> bool:
        assert supervisor.is_watching, "so that the signal raises nothing, wherever it comes"
        supervisor.interrupted = requested
        return False

    with pytest.raises(KeyboardInterrupt) as seen:
        supervisor.watch(ask)
    assert seen.value is requested
    assert not supervisor.is_watching


def test_a_restart_can_be_interrupted_since_it_takes_long(supervisor: Supervisor, time: Time) -> None:
    class Slow(FakePart):
        watched: bool | None = None

        def stop(self) -> None:
            self.watched = supervisor.is_watching

    part = Slow("PostgreSQL")
    supervisor.start(part)
    part.ended = True
    supervisor.watch(lambda: part.watched is not None)
    assert part.watched is False


def test_killing_ends_everything_in_reverse_order(supervisor: Supervisor) -> None:
    journal: list[str] = []
    for name in ("PostgreSQL", "web"):
        supervisor.start(FakePart(name, journal))
    supervisor.kill()
    assert journal[2:] == ["kill web", "kill PostgreSQL"]


@pytest.fixture
def children() -> Iterator[list[Child]]:
    made: list[Child] = []
    yield made
    for child in made:
        child.stop()


def make(children: list[Child], command: tuple[str, ...], lines: list[tuple[str, str]] | None = None, **environment: str) -> Child:
    written = [] if lines is None else lines
    child = Child(Part("stand-in", command, patience=2), {**os.environ, **environment}, lambda name, line: written.append((name, line)))
    children.append(child)
    return child


def test_a_killed_child_is_restarted(children: list[Child], supervisor: Supervisor) -> None:
    child = make(children, SLEEPER)
    supervisor.start(child)
    first = child.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert wait_until(child.has_ended, 5)
    supervisor.watch(lambda: not child.has_ended())
    assert child.pid not in {None, first}


def test_the_output_of_a_child_is_passed_on_and_its_last_lines_are_kept(children: list[Child]) -> None:
    lines: list[tuple[str, str]] = []
    child = make(children, (sys.executable, "-c", "import sys\nfor n in range(30): print(n)\nsys.exit('broken')"), lines)
    child.start()
    assert wait_until(lambda: ("stand-in", "broken") in lines, 5)
    assert child.has_ended() or wait_until(child.has_ended, 5)
    assert child.last_words()[-2:] == ["29", "broken"]
    assert len(child.last_words()) == 20


def test_a_child_that_ignores_the_stop_signal_is_stopped_anyway(children: list[Child]) -> None:
    lines: list[tuple[str, str]] = []
    code = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); signal.pause()"
    child = make(children, (sys.executable, "-c", code), lines)
    child.start()
    assert wait_until(lambda: bool(lines), 5)
    pid = child.pid
    assert pid is not None
    child.stop()
    assert is_gone(pid)


def test_a_child_that_cannot_be_waited_for_does_not_hold_up_the_others(children: list[Child], monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception that interrupts `Popen.poll` can leave its lock taken, and then `Popen.wait` has nothing to wait for."""
    monkeypatch.setattr(processes, "KILLED_SECONDS", 0.1)
    child = make(children, SLEEPER)
    child.start()
    pid, process = child.pid, child._process
    assert pid is not None
    assert process is not None
    lock = process._waitpid_lock  # type: ignore[attr-defined] # where it happens
    lock.acquire()
    child.stop()
    lock.release()
    assert is_gone(pid)
    process.wait(5)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_processes_started_by_a_dead_child_do_not_keep_its_port(children: list[Child]) -> None:
    port = free_port()
    child = make(children, (sys.executable, "-c", SERVER, str(port)))
    child.start()
    assert wait_until(lambda: listens("127.0.0.1", port), 5)
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    assert wait_until(child.has_ended, 5)
    assert not is_free("127.0.0.1", port)
    child.stop()
    assert wait_until(lambda: is_free("127.0.0.1", port), 5)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_processes_that_outlived_a_killed_phoenix_are_found_by_their_data_folder(children: list[Child], tmp_path: Path) -> None:
    program, *arguments = SLEEPER
    ours = make(children, SLEEPER, None, **{DATA_VARIABLE: str(tmp_path)})
    # One that closed its memory shows its command line only.
    closed = make(children, (program, "-X", f"{DATA_OPTION}={tmp_path}", *arguments))
    others = make(children, SLEEPER, None, **{DATA_VARIABLE: str(tmp_path / "other")})
    for child in (ours, closed, others):
        child.start()
    assert wait_until(lambda: bool(ours.last_words() and closed.last_words() and others.last_words()), 5)
    assert set(end_leftovers(tmp_path)) == {ours.pid, closed.pid}
    assert ours.has_ended()
    assert closed.has_ended()
    assert not others.has_ended()


def test_a_port_whose_connections_are_timing_out_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            listener.accept()[0].close()
    assert is_free("127.0.0.1", port)
