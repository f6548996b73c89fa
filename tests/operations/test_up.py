"""`phoenix up` as people use it, with complete processes on real ports."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from phoenix.embedded.processes import is_gone, wait_until
from phoenix.embedded.valkey import free_port
from phoenix.operations.up.addresses import answers, is_free

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")]

START_SECONDS = 90
# A secret that the operator set.
OPERATORS = "eleven-kettles-on-the-roof-of-the-harbour"


class Installation:
    """A running `phoenix up --json` and its output."""

    def __init__(self, data: Path, log: Path, *options: str, port: int = 0) -> None:
        self.log = log
        self.port = port or free_port()
        command = [sys.executable, "-m", "phoenix.cli", "up", "--json", "--port", str(self.port), "--data", str(data), *options]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PHOENIX_")}
        environment["PHOENIX_CAPTCHA_SECRET"] = OPERATORS
        with log.open("ab") as errors:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, log.read_text()
        self.said: dict[str, Any] = json.loads(line)

    def pids(self, *words: str) -> list[int]:
        """The process ids of children and grandchildren whose command line contains all these words."""
        family = {self.process.pid}
        while True:
            found = {pid for pid, parent in _parents().items() if parent in family} | family
            if found == family:
                break
            family = found
        return sorted(pid for pid in family if all(word in _command(pid) for word in words))

    def is_ready(self) -> bool:
        return answers("127.0.0.1", self.port, "/readyz")

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return json.loads(answer.read())

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(sign)
        status = self.process.wait(60)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status


def _parents() -> dict[int, int]:
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            found[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    return found


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("up")


@pytest.fixture(scope="module")
def started(folder: Path) -> Iterator[Installation]:
    installation = Installation(folder / "data", folder / "log", "--demo")
    yield installation
    installation.stop()


@pytest.fixture
def running(started: Installation) -> Installation:
    """The installation once it is complete, because a process that another test killed may still be restarting."""
    address = urllib.parse.urlsplit(started.said["admin"])
    assert address.hostname
    assert address.port
    host, port = address.hostname, address.port
    parts = ("granian", "create_admin_app", "phoenix.worker", "phoenix.embedded.mailbox")
    assert wait_until(lambda: all(started.pids(part) for part in parts) and not is_free(host, port) and started.is_ready(), 30)
    return started


def test_an_empty_folder_becomes_a_ready_installation(running: Installation, folder: Path) -> None:
    said = running.said
    assert said["url"] == f"http://localhost:{running.port}"
    assert said["pid"] == running.process.pid
    assert said["first_administrator_link"].startswith(said["url"])
    assert len(said["demo_accounts"]) >= 2
    assert running.is_ready()
    assert running.get("/mailbox/api/messages?to=nobody@example.com") == {"items": []}
    password = (folder / "data" / "database_password").read_text()
    key = (folder / "data" / "secret_key").read_text()
    everything = json.dumps(said) + (folder / "log").read_text()
    assert password not in everything
    assert (folder / "data" / "database_application_password").read_text() not in everything
    assert key not in everything


def test_the_admin_panel_answers_only_on_its_own_address(running: Installation) -> None:
    admin = running.said["admin"]
    place = admin.removeprefix("http://")
    port = int(place.rpartition(":")[2])
    status, page, _kind = fetch("127.0.0.1", port, "/sign-in", place)
    assert status == 200
    status, _style, kind = fetch("127.0.0.1", port, page.partition('rel="stylesheet" href="')[2].partition('"')[0], place)
    assert (status, kind.partition(";")[0]) == (200, "text/css")
    assert fetch("127.0.0.1", port, "/sign-in", "rebound.example")[0] == 403
    assert fetch("127.0.0.1", running.port, "/staff/people", f"127.0.0.1:{running.port}")[0] == 404
    with pytest.raises(ConnectionRefusedError):
        fetch("127.0.0.2", port, "/sign-in", place)


def fetch(host: str, port: int, path: str, name: str) -> tuple[int, str, str]:
    """The status, body and media type of a page, requested with this host name."""
    connection = http.client.HTTPConnection(host, port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": name, "Connection": "close"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.headers.get("content-type", "")
    finally:
        connection.close()


def test_no_secret_is_in_the_environment_of_any_process(running: Installation, folder: Path) -> None:
    """Of ours, which read them from a descriptor that is closed by now, and of PostgreSQL and Valkey, which get none."""
    data = folder / "data"
    secrets = [(data / name).read_text().strip() for name in ("database_password", "database_application_password", "secret_key")]
    configuration = next(data.glob("valkey/*.conf")).read_text()
    secrets.append(configuration.partition("requirepass ")[2].partition("\n")[0])
    secrets.append(OPERATORS)
    assert all(len(secret) > 20 for secret in secrets)
    pids = running.pids()
    assert len(pids) > 8
    for pid in pids:
        environment = Path(f"/proc/{pid}/environ").read_bytes().decode()
        assert not [secret for secret in secrets if secret in environment], _command(pid)
        # One that another test killed may be starting again.
        assert wait_until(partial(_has_read_its_secrets, pid), 30), _command(pid)


def _has_read_its_secrets(pid: int) -> bool:
    try:
        return not any("memfd:secrets" in str(path.readlink()) for path in Path(f"/proc/{pid}/fd").iterdir())
    except FileNotFoundError:
        # One was closed in between: look again.
        return False


def test_the_mailbox_page_is_html(running: Installation) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{running.port}/mailbox", timeout=10) as answer:
        page = answer.read().decode()
        assert "frame-src 'self'" in answer.headers["content-security-policy"]
    assert "<h1>Mailbox</h1>" in page
    assert "<script>" not in page
    assert "style=" not in page


def test_a_second_installation_cannot_use_the_same_folder_or_port(running: Installation, folder: Path) -> None:
    for data, port, sentence in (
        (folder / "data", free_port(), f"in use by another Phoenix, process {running.process.pid}"),
        (folder / "other", running.port, f"Port {running.port} is in use by another program"),
    ):
        command = [sys.executable, "-m", "phoenix.cli", "up", "--port", str(port), "--data", str(data)]
        refused = subprocess.run(command, capture_output=True, text=True, check=False, timeout=START_SECONDS)
        assert refused.returncode == 1
        assert sentence in refused.stderr.replace("\n", " ")
        assert refused.stdout == ""
    assert running.is_ready()


@pytest.mark.parametrize(
    "words",
    [("granian",), ("create_admin_app",), ("phoenix.worker",), ("phoenix.embedded.mailbox",), ("valkey-server",), ("postgres -D",)],
    ids=lambda words: words[0],
)
def test_any_killed_process_is_restarted(running: Installation, words: tuple[str, ...]) -> None:
    before = running.pids(*words)
    assert before
    os.kill(before[0], signal.SIGKILL)
    assert wait_until(lambda: bool(set(running.pids(*words)) - set(before)) and running.is_ready(), 30)


def test_a_killed_web_worker_is_restarted(running: Installation) -> None:
    assert wait_until(lambda: len(running.pids("granian")) == 2 and running.is_ready(), 30)
    before = running.pids("granian")
    os.kill(before[-1], signal.SIGKILL)
    assert wait_until(lambda: len(set(running.pids("granian")) - set(before)) == 1 and running.is_ready(), 30)


def test_a_killed_phoenix_leaves_nothing_that_prevents_the_next_start(folder: Path) -> None:
    first = Installation(folder / "killed", folder / "log-killed")
    family = first.pids()
    first.process.kill()
    first.stop()
    second = Installation(folder / "killed", folder / "log-killed", port=first.port)
    try:
        assert second.said["url"] == f"http://localhost:{first.port}"
        assert all(is_gone(pid) for pid in family)
    finally:
        family = second.pids()
        assert second.stop(signal.SIGINT) == 0
    assert all(is_gone(pid) for pid in family)
    assert is_free("127.0.0.1", first.port)


def test_phoenix_can_be_stopped_while_it_starts(folder: Path) -> None:
    command = [sys.executable, "-m", "phoenix.cli", "up", "--port", str(free_port()), "--data", str(folder / "early")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        while "Valkey" not in process.stderr.readline():
            pass
        process.terminate()
        try:
            out, _ = process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            # Leaving the block would wait for it for ever.
            process.kill()
            raise
    assert process.returncode == 0
    assert out == ""
    assert not [pid for pid in _parents() if str(folder / "early") in _command(pid) and not is_gone(pid)]


def test_a_busy_mailbox_port_does_not_prevent_the_start(folder: Path) -> None:
    with contextlib.ExitStack() as stack:
        port = free_port()
        stack.enter_context(socket.create_server(("127.0.0.1", port + 1)))
        installation = Installation(folder / "killed", folder / "log-mailbox", port=port)
        try:
            assert installation.said["mailbox"] == f"http://localhost:{port}/mailbox"
        finally:
            assert installation.stop() == 0
