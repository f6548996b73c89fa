"""The embedded PostgreSQL, and what hard-killed owners leave behind."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from phoenix.embedded.postgres.server import FolderError, Postgres
from phoenix.embedded.processes import is_gone, wait_until

OWNER = """
import signal, sys
from pathlib import Path
from phoenix.embedded.postgres.server import Postgres
server = Postgres(Path(sys.argv[1]))
server.start()
print(server.process.pid, flush=True)
signal.pause()
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that the tests of this file share, because creating one takes a second."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def server(data: Path) -> Iterator[Postgres]:
    postgres = Postgres(data)
    postgres.start()
    yield postgres
    postgres.stop()


def ask(url: str, sql: str) -> object:
    async def run() -> object:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    return asyncio.run(run())


def test_a_new_server_starts_and_keeps_its_data(data: Path, server: Postgres) -> None:
    ask(server.url, "CREATE TABLE kept AS SELECT 42 AS answer")
    server.stop()
    again = Postgres(data)
    try:
        assert again.start() == server.url
        assert ask(again.url, "SELECT answer FROM kept") == 42
    finally:
        again.stop()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("listen_addresses", ""),
        ("shared_buffers", "64MB"),
        ("max_connections", "60"),
        ("timezone", "UTC"),
        ("server_encoding", "UTF8"),
    ],
)
def test_the_server_is_configured_for_a_small_machine_and_durability(server: Postgres, name: str, value: str) -> None:
    assert ask(server.url, f"SHOW {name}") == value


def test_connecting_requires_the_password(data: Path, server: Postgres) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        ask(server.url.replace("@", "x@"), "SELECT 1")
    assert "password" not in server.url_without_password
    assert (data / "database_password").read_text() not in server.url_without_password
    assert (data / "database_password").stat().st_mode & 0o777 == 0o600


def test_acknowledged_writes_survive_a_killed_server(server: Postgres) -> None:
    ask(server.url, "CREATE TABLE acknowledged AS SELECT 7 AS seven")
    assert server.process is not None
    server.process.kill()
    server.start()
    assert ask(server.url, "SELECT seven FROM acknowledged") == 7


def test_a_server_left_running_is_stopped_before_a_new_one_starts(data: Path, server: Postgres) -> None:
    assert server.process is not None
    messages: list[str] = []
    second = Postgres(data, messages.append)
    try:
        second.start()
        assert second.process is not None
        assert server.process.wait(1) == 0
        assert ask(second.url, "SELECT 1") == 1
        assert messages == [f"Ending the PostgreSQL left over from an earlier start (process {server.process.pid})."]
    finally:
        second.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="on other systems the server is found at the next start")
def test_the_server_ends_when_its_owner_is_killed(data: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER, str(data)], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        owner.kill()
    assert wait_until(lambda: is_gone(pid), 10)


def test_a_lock_file_whose_process_id_was_reused_is_ignored(data: Path, server: Postgres) -> None:
    server.stop()
    lock = data / "postgres" / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n{data / 'postgres'}\n1\n5432\n\n\n0 0\nready\n")
    server.start()
    assert ask(server.url, "SELECT 1") == 1


def test_a_lost_password_is_replaced(data: Path, server: Postgres) -> None:
    server.stop()
    (data / "database_password").unlink()
    assert ask(server.start(), "SELECT 1") == 1


def test_a_folder_of_another_version_is_refused_and_left_unchanged(tmp_path: Path) -> None:
    folder = tmp_path / "postgres"
    folder.mkdir()
    (folder / "PG_VERSION").write_text("99\n")
    with pytest.raises(FolderError, match="PostgreSQL 99, and this Phoenix brings PostgreSQL 18"):
        Postgres(tmp_path).start()
    assert [path.name for path in folder.iterdir()] == ["PG_VERSION"]


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "thesis.txt").write_text("mine")
    with pytest.raises(FolderError, match="is not empty and contains no database"):
        Postgres(tmp_path).start()


def test_an_interrupted_creation_is_restarted_and_a_long_path_works(tmp_path: Path) -> None:
    data = tmp_path / ("long-" * 20)
    (data / "postgres.new").mkdir(parents=True)
    (data / "postgres.new" / "PG_VERSION").write_text("18")
    server = Postgres(data)
    try:
        assert ask(server.start(), "SELECT 1") == 1
    finally:
        server.stop()
        for folder in Path("/tmp").glob("phoenix-????????????"):
            if str(folder) in server.url:
                shutil.rmtree(folder)


def test_killing_the_server_is_immediate_and_loses_nothing(server: Postgres) -> None:
    ask(server.url, "CREATE TABLE hasty AS SELECT 1 AS one")
    server.kill()
    assert server.process is not None
    assert server.process.wait(5) != -signal.SIGKILL
    server.start()
    assert ask(server.url, "SELECT one FROM hasty") == 1
