"""The embedded Valkey."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from phoenix.embedded import valkey as module
from phoenix.embedded.processes import EmbeddedError
from phoenix.embedded.valkey import Valkey, program


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Valkey]:
    valkey = Valkey(tmp_path)
    valkey.start()
    yield valkey
    valkey.stop()


def talk(url: str, *lines: str) -> list[str]:
    """The first line of each answer."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=5) as connection, connection.makefile("rwb") as stream:
        answers = []
        for line in lines:
            stream.write(f"{line}\r\n".encode())
            stream.flush()
            answers.append(stream.readline().decode().strip())
        return answers


def test_valkey_answers_only_with_its_password(server: Valkey) -> None:
    assert talk(server.url, "PING")[0].startswith("-NOAUTH")
    assert talk(server.url, f"AUTH {urlsplit(server.url).password}", "PING", "SET a 1") == ["+OK", "+PONG", "+OK"]
    assert str(urlsplit(server.url).password) not in server.url_without_password


def test_valkey_has_limited_memory_and_writes_nothing_to_disk(server: Valkey, tmp_path: Path) -> None:
    configuration = (tmp_path / "valkey" / "valkey.conf").read_text()
    assert "maxmemory 128mb\nmaxmemory-policy allkeys-lru" in configuration
    assert (tmp_path / "valkey" / "valkey.conf").stat().st_mode & 0o777 == 0o600
    server.stop()
    assert not list(tmp_path.rglob("*.rdb"))


def test_valkey_has_the_same_address_after_a_restart(server: Valkey) -> None:
    before = server.url
    assert server.process is not None
    server.kill()
    server.process.wait(5)
    assert server.start() == before
    assert talk(server.url, f"AUTH {urlsplit(before).password}") == ["+OK"]


def test_a_server_left_running_is_stopped_before_a_new_one_starts(server: Valkey, tmp_path: Path) -> None:
    assert server.process is not None
    messages: list[str] = []
    second = Valkey(tmp_path, messages.append)
    try:
        second.start()
        server.process.wait(1)
        assert messages == [f"Ending the Valkey left over from an earlier start (process {server.process.pid})."]
    finally:
        second.stop()


def test_the_server_of_the_machine_is_used_without_the_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EmbeddedError, match="apt install valkey-server, or redis-server"):
        program()
    redis = tmp_path / "redis-server"
    redis.touch(mode=0o755)
    assert program() == redis
