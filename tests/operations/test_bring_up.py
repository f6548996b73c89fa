"""`phoenix up` in the process of the test, with a database and a cache that already run: from the checks until it stops."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import queue
import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from tests.harness import Place
from tests.running import free_port

from phoenix.embedded.postgres.server import FolderError
from phoenix.embedded.processes import EmbeddedError
from phoenix.operations.up import start
from phoenix.operations.up.errors import NewerDataError
from phoenix.operations.up.ready import FirstStart
from phoenix.operations.up.start import READY_SECONDS, bring_up
from phoenix.operations.up.supervise import Supervisor
from phoenix.settings import read_settings


@pytest.fixture
def variables(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The settings of an installation on the test's database and cache; also in the environment, from which its processes read them."""
    port = free_port()
    found = {
        "PHOENIX_ENVIRONMENT": "test",
        "PHOENIX_PORT": str(port),
        "PHOENIX_ADMIN_BIND": f"127.0.0.1:{free_port()}",
        "PHOENIX_DATABASE_URL": place.database,
        "PHOENIX_DATABASE_OWNER_URL": place.owner,
        "PHOENIX_CACHE_URL": place.valkey,
        "PHOENIX_DATA": str(tmp_path / "data"),
        "PHOENIX_DEMO": "true",
    }
    for name, value in found.items():
        monkeypatch.setenv(name, value)
    return found


class Said(io.StringIO):
    """Standard output, which another thread reads line by line as it is written. `capfd` loses what is written while it is read."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: queue.Queue[str] = queue.Queue()

    def write(self, text: str) -> int:
        for line in text.splitlines():
            self.lines.put(line)
        return len(text)


def up(variables: dict[str, str], look: Callable[[Said, str], Any]) -> int:
    """Start it in this thread, which receives its signals. Another thread calls `look` with its output and address, and then stops it."""
    failed: list[BaseException] = []
    said = Said()

    def watch() -> None:
        try:
            look(said, f"http://127.0.0.1:{variables['PHOENIX_PORT']}")
        except BaseException as error:  # noqa: BLE001 - raised again in the thread of the test
            failed.append(error)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    # If it ends before the signal is sent, the signal must not end the test.
    before = signal.signal(signal.SIGTERM, lambda _number, _frame: None)
    looking = threading.Thread(target=watch)
    looking.start()
    try:
        with contextlib.redirect_stdout(said):
            status = bring_up(read_settings(os.environ), json=True)
    finally:
        looking.join(READY_SECONDS)
        signal.signal(signal.SIGTERM, before)
    if failed:
        raise failed[0]
    assert not looking.is_alive()
    return status


def ready(url: str) -> bool:
    return httpx.get(f"{url}/readyz", timeout=5).status_code == 200


def announced(said: Said, url: str) -> dict[str, Any]:
    """The line of JSON that is printed once it serves."""
    announced_as: dict[str, Any] = json.loads(said.lines.get(timeout=READY_SECONDS))
    assert ready(url)
    return announced_as


def test_phoenix_starts_prints_its_address_and_stops(variables: dict[str, str]) -> None:
    announced_as: dict[str, Any] = {}
    assert up(variables, lambda said, url: announced_as.update(announced(said, url))) == 0
    assert announced_as["url"].endswith(variables["PHOENIX_PORT"])
    assert len(announced_as["demo_accounts"]) > 1
    assert "/first-administrator?token=" in announced_as["first_administrator_link"]
    with pytest.raises(httpx.TransportError):
        ready(announced_as["url"])


def test_phoenix_starts_its_own_database_and_cache_if_none_is_configured(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PHOENIX_DATABASE_URL", "PHOENIX_DATABASE_OWNER_URL", "PHOENIX_CACHE_URL"):
        monkeypatch.delenv(name)
    announced_as: dict[str, Any] = {}
    assert up(variables, lambda said, url: announced_as.update(announced(said, url))) == 0
    assert "://phoenix_app@/" in announced_as["database"], "without its password"
    assert (Path(variables["PHOENIX_DATA"]) / "secret_key").stat().st_mode & 0o777 == 0o600


def test_the_start_stops_at_a_database_of_a_newer_phoenix(
    variables: dict[str, str], place: Place, capfd: pytest.CaptureFixture[str]
) -> None:
    async def go_ahead() -> None:
        connection = await asyncpg.connect(place.owner)
        await connection.execute("INSERT INTO alembic_version VALUES ('entries_9999')")
        await connection.close()

    asyncio.run(go_ahead())
    assert bring_up(read_settings(os.environ), json=False) == NewerDataError.status
    assert "This database is from a newer Phoenix." in capfd.readouterr().err


def test_a_failed_step_stops_the_start(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(start, "run_to_end", lambda _command, _variables, errors=False: (1, ""))
    assert bring_up(read_settings(os.environ), json=False) == 1
    assert "failed; see the reason above." in capfd.readouterr().err


@pytest.mark.parametrize("variable", ["PHOENIX_PORT", "PHOENIX_ADMIN_BIND", "PHOENIX_REALTIME_PORT", "PHOENIX_MAILBOX_PORT"])
def test_a_port_taken_while_the_database_was_prepared_is_named(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], variable: str
) -> None:
    port = free_port()
    monkeypatch.setenv(variable, f"127.0.0.1:{port}" if variable == "PHOENIX_ADMIN_BIND" else str(port))
    with contextlib.ExitStack() as taken:
        monkeypatch.setattr(
            start, "_permit_retention", lambda _settings, _progress: taken.enter_context(socket.create_server(("127.0.0.1", port)))
        )
        monkeypatch.setattr(start, "Child", lambda *_given: pytest.fail("A process was started."))
        assert bring_up(read_settings(os.environ), json=False) == 1
    said = capfd.readouterr().err
    assert f"Port {port}" in said
    assert "in use by another program. Choose another" in said
    assert variable in said
    assert "Traceback" not in said


@pytest.mark.parametrize("error", [EmbeddedError("Valkey did not start."), FolderError("The folder is of a newer PostgreSQL.")])
def test_a_part_that_cannot_start_is_named(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], error: Exception
) -> None:
    def fail(*_given: object) -> None:
        raise error

    monkeypatch.setattr(start, "_start_cache", fail)
    assert bring_up(read_settings(os.environ), json=False) == (NewerDataError.status if isinstance(error, FolderError) else 1)
    assert str(error) in capfd.readouterr().err


def test_a_stop_signal_before_anything_runs_stops_the_start(variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "_require_assets", lambda _folder: signal.raise_signal(signal.SIGTERM))
    assert bring_up(read_settings(os.environ), json=False) == 0
    assert not Path(variables["PHOENIX_DATA"]).exists()


def test_phoenix_ignores_the_hangup_signal_if_started_with_nohup() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signals = start._Signals(Supervisor(lambda _line: None))
    try:
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signals.restore()
        signal.signal(signal.SIGHUP, before)


def test_a_second_stop_signal_ends_everything_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    killed: list[int] = []
    supervisor = Supervisor(lambda _line: None)
    monkeypatch.setattr(supervisor, "kill", lambda: killed.append(-1))
    monkeypatch.setattr(os, "_exit", killed.append)
    monkeypatch.setattr(start, "SAME_SIGNAL_SECONDS", -1.0)
    signals = start._Signals(supervisor)
    signals.stopping = True
    try:
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
    finally:
        signals.restore()
    assert killed == [-1, start.FORCED]


def test_a_stop_signal_raises_nothing_while_processes_are_watched() -> None:
    supervisor = Supervisor(lambda _line: None)
    signals = start._Signals(supervisor)
    supervisor.is_watching = True
    try:
        signal.raise_signal(signal.SIGTERM)
    finally:
        signals.restore()
    assert isinstance(supervisor.interrupted, start.StopRequestedError)


def test_a_first_start_without_output_yields_nothing() -> None:
    assert start._first_start("") == FirstStart()
