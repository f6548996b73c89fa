"""Real servers for every test: one PostgreSQL and one Valkey per test process, and a fresh database per test.

PHOENIX_TEST_POSTGRES=15 runs the same tests on Debian's PostgreSQL 15 instead of the embedded one.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import hypothesis
import pytest
import structlog

from phoenix.composition import MIGRATIONS, REGISTRY
from phoenix.embedded.postgres.server import APPLICATION_ROLE, Postgres
from phoenix.embedded.valkey import Valkey
from phoenix.operations.grants import grant, make_role
from phoenix.operations.migrate import migrate
from phoenix.operations.permit import permit_texts
from phoenix.settings import LogSettings
from tests.debian_postgres import DebianPostgres
from tests.harness import Harness, Place
from tests.logs import logging_of

# A deadline for examples would fail on a busy machine.
hypothesis.settings.register_profile("without deadlines", deadline=None)
hypothesis.settings.load_profile("without deadlines")
TEMPLATE = "phoenix_template"
# A database is cloned for each test, which takes a third of the time if it is not written to a disk.
MEMORY, ROOM_BYTES = Path("/dev/shm"), 2 * 1024**3
APPLICATION_PASSWORD = "of-tests-alone"
# Whole installations and browsers, on a busy machine.
SLOW_SECONDS = 900


def database_url(url: str, name: str) -> str:
    """The same server, another database."""
    head, _, query = url.partition("?")
    return f"{head.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


def as_application(url: str) -> str:
    """The same database, as the role of the application."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{APPLICATION_ROLE}:{APPLICATION_PASSWORD}@{rest.partition('@')[2]}"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Use folders of this run only: in the usual place, each run of pytest removes permissions that another run's PostgreSQL needs."""
    if config.option.basetemp is None and not hasattr(config, "workerinput"):
        folder = tempfile.mkdtemp(prefix="phoenix-tests-")
        config.option.basetemp = folder
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give slow tests more time than `--timeout` gives the others."""
    for item in items:
        if item.get_closest_marker("slow") or item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.timeout(SLOW_SECONDS))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print how to run the tests in this order again; `-q` hides the header that shows it."""
    seed = config.getoption("randomly_seed", None)
    if seed is not None:
        terminalreporter.write_line(f"Order of this run: pytest --randomly-seed={seed}")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of the maintenance database of a running server with a migrated template. A mutation run provides its own server."""
    given = os.environ.get("PHOENIX_TEST_POSTGRES_URL")
    with contextlib.nullcontext(given) if given else running_postgres() as url:
        yield url


@contextlib.contextmanager
def running_postgres() -> Iterator[str]:
    """A server with a migrated template, which runs during the block.

    Its folder is not below pytest's own, which each run of pytest makes private: PostgreSQL does not run as root, and would
    lose access to its files when a second run starts.
    """
    in_memory = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM_BYTES
    with tempfile.TemporaryDirectory(prefix="phoenix-postgres-", dir=MEMORY if in_memory else None) as folder:
        yield from _serve(Path(folder))


def _serve(folder: Path) -> Iterator[str]:
    server: Postgres | DebianPostgres
    server = DebianPostgres(folder) if os.environ.get("PHOENIX_TEST_POSTGRES") == "15" else Postgres(folder)
    url = server.start()
    try:
        # What a test writes need not survive a power cut; tests of crashes start their own servers.
        for statement in ("ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET full_page_writes = off", "SELECT pg_reload_conf()"):
            asyncio.run(_run(url, statement))
        asyncio.run(_run(url, f"CREATE DATABASE {TEMPLATE}"))
        asyncio.run(migrate(database_url(url, TEMPLATE), MIGRATIONS))
        asyncio.run(permit_texts(database_url(url, TEMPLATE), REGISTRY.texts))
        asyncio.run(make_role(url, APPLICATION_ROLE, APPLICATION_PASSWORD))
        asyncio.run(grant(database_url(url, TEMPLATE), APPLICATION_ROLE))
        yield url
    finally:
        server.stop()


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running Valkey; its address."""
    given = os.environ.get("PHOENIX_TEST_VALKEY_URL")
    with contextlib.nullcontext(given) if given else running_valkey(tmp_path_factory.mktemp("valkey")) as url:
        yield url


@contextlib.contextmanager
def running_valkey(folder: Path) -> Iterator[str]:
    """A Valkey that runs during the block."""
    server = Valkey(folder)
    url = server.start()
    try:
        yield url
    finally:
        server.stop()


@pytest.fixture
def database(postgres: str) -> Iterator[str]:
    """A fresh, migrated database; its address."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    asyncio.run(_run(postgres, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY"))
    yield database_url(postgres, name)
    asyncio.run(_run(postgres, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def place(database: str, valkey: str, tmp_path: Path) -> Place:
    """What an installation needs: its own database, cache and folder. Phoenix connects as the application role, which owns no table."""
    return Place(as_application(database), valkey, tmp_path, owner=database)


@pytest.fixture(autouse=True)
def _leaves_no_logging() -> Iterator[None]:
    """Logging is configured for the whole process: what a test leaves configured would hide what the tests after it log."""
    yield
    assert not structlog.is_configured(), "use tests.logs.logging_of, which undoes it"


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """The log of Phoenix in this test: one JSON object per line, including the debug level."""
    with logging_of(LogSettings(level="debug", format="json")) as stream:
        yield stream


@pytest.fixture
def harness(place: Place) -> Harness:
    """Phoenix in this process. Start it with `async with harness`."""
    return Harness(place)


async def _run(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
