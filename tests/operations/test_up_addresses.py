"""What `phoenix up` reports about ports, databases and caches that it cannot use."""

from __future__ import annotations

import errno
import os
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import database_url

from phoenix.embedded.postgres.programs import program, run_program
from phoenix.embedded.processes import EmbeddedError
from phoenix.operations.new_module import BadName, new_module
from phoenix.operations.up import addresses, caddy
from phoenix.operations.up.addresses import check_cache, check_database, first_free, is_free
from phoenix.operations.up.errors import NewerDataError, StartError
from phoenix.operations.up.progress import Progress
from phoenix.operations.up.start import NEWER_DATABASE, _command


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that accepts connections and never responds."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_port_that_this_user_may_not_use_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests may run as root, who can use every port."""

    def refuse(_socket: socket.socket, _address: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse, raising=False)
    with pytest.raises(StartError, match="can't use port 80. Choose one above 1023"):
        is_free("127.0.0.1", 80)


def test_a_host_that_is_not_an_address_of_this_machine_is_reported() -> None:
    for host in ("192.0.2.1", "no such host"):
        with pytest.raises(StartError, match="is not an address of this machine. Set PHOENIX_HOST"):
            is_free(host, 8000)


def test_a_busy_highest_port_is_reported() -> None:
    with socket.create_server(("127.0.0.1", 65_535)), pytest.raises(StartError, match="No port from 65535 on is free"):
        first_free(65_535)


def test_a_database_that_does_not_exist_is_named(postgres: str) -> None:
    with pytest.raises(StartError, match="has no database 'nowhere'"):
        check_database(database_url(postgres, "nowhere"))


def test_a_database_that_does_not_respond_is_given_up(silent: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "ANSWER_SECONDS", 0.2)
    with pytest.raises(StartError, match="does not answer within"):
        check_database(f"postgresql://phoenix:{'secret'}@127.0.0.1:{silent}/phoenix")


def test_an_unusable_database_address_is_reported() -> None:
    with pytest.raises(StartError, match=r"cannot be used \(\w+\). Check PHOENIX_DATABASE_URL"):
        check_database("postgresql://phoenix@127.0.0.1:1/phoenix")


def test_a_cache_that_does_not_answer_is_reported() -> None:
    with pytest.raises(StartError, match=r"does not answer \(\w+\). Check PHOENIX_CACHE_URL"):
        check_cache("redis://127.0.0.1:1/0")


def test_a_cache_that_refuses_the_connection_is_reported() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def refuse() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(512)
                connection.sendall(b"-NOAUTH\r\n")

        thread = threading.Thread(target=refuse)
        thread.start()
        with pytest.raises(StartError, match="refuses the connection"):
            check_cache(f"redis://127.0.0.1:{listener.getsockname()[1]}/0")
        thread.join()


def test_a_domain_requires_caddy_and_the_ports_80_and_443(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StartError, match="PHOENIX_DOMAIN needs Caddy"):
        caddy.caddy_program()
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(caddy, "_first_open_port", lambda: 1024)
    with pytest.raises(StartError, match="needs the ports 80 and 443"):
        caddy.require_ports()


def test_the_caddy_of_the_machine_can_be_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "caddy").write_text("#!/bin/sh\n")
    (tmp_path / "bin" / "caddy").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert caddy.caddy_program() == tmp_path / "bin" / "caddy"
    # Root can listen on any port.
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    caddy.require_ports()


@pytest.mark.parametrize(("status", "kind"), [(NEWER_DATABASE, NewerDataError), (1, StartError)])
def test_a_command_that_fails_ends_the_start(status: int, kind: type[StartError]) -> None:
    with pytest.raises(kind):
        _command(Progress(), "a step", (sys.executable, "-c", f"raise SystemExit({status})"), {})


def test_a_module_needs_a_valid_python_name_and_overwrites_nothing(tmp_path: Path) -> None:
    with pytest.raises(BadName, match="cannot be a Python package"):
        new_module("notes", tmp_path, package="acme.2nd")
    (tmp_path / "notes").mkdir()
    with pytest.raises(BadName, match="already exists"):
        new_module("notes", tmp_path)
    assert list((tmp_path / "notes").iterdir()) == []


def test_a_failing_postgresql_program_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EmbeddedError, match="PostgreSQL's initdb failed: .*no data directory"):
        run_program("initdb", user=None if os.geteuid() else (65534, 65534))
    monkeypatch.setattr("phoenix.embedded.postgres.programs.find_spec", lambda _name: None)
    with pytest.raises(EmbeddedError, match="package is not installed"):
        program("postgres")
