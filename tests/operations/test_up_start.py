"""What stops `phoenix up` while it starts, and a migration that has to wait."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import asyncpg
import pytest
from tests.harness import Place

from phoenix import __version__
from phoenix.composition import MIGRATIONS
from phoenix.operations import migrate as migration
from phoenix.operations.migrate import MigrationError, NewerDatabase, migrate
from phoenix.operations.up import start
from phoenix.operations.up.errors import StartError, WrongSettingError
from phoenix.operations.up.supervise import Supervisor
from phoenix.release import RELEASE, release_of
from phoenix.settings import Settings, read_settings


def test_a_start_without_styles_and_scripts_says_how_to_build_them(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="The styles and scripts that every page needs are missing"):
        start._require_assets(tmp_path)


def test_a_start_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "READY_SECONDS", 0.0)
    monkeypatch.setattr(start, "_serves", lambda _settings: False)
    with pytest.raises(StartError, match="GET /readyz did not return 200"):
        start._wait_until_ready(Settings(), Supervisor(lambda _line: None))


def test_the_first_signal_stops_a_start_cleanly() -> None:
    signals = start._Signals(Supervisor(lambda _line: None))
    try:
        with pytest.raises(start.StopRequestedError):
            signal.raise_signal(signal.SIGTERM)
        # The same signal again, as a terminal sends it to the whole group, does not count as a second one.
        signal.raise_signal(signal.SIGTERM)
    finally:
        signals.restore()


def test_a_signal_during_a_callback_of_an_event_loop_is_not_lost() -> None:
    """The start uses one to look at its database; a loop logs what a callback raises, and goes on."""

    async def run() -> None:
        asyncio.get_running_loop().call_soon(signal.raise_signal, signal.SIGTERM)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    signals = start._Signals(Supervisor(lambda _line: None))
    try:
        with pytest.raises(start.StopRequestedError):
            asyncio.run(run())
    finally:
        signals.restore()


class Destroyed:
    """Whatever a destructor raises is only reported."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGTERM)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_signal_that_was_swallowed_stops_phoenix_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "unraisablehook", lambda _what: None)
    supervisor = Supervisor(lambda _line: None)
    signals = start._Signals(supervisor)
    try:
        Destroyed()
        with pytest.raises(start.StopRequestedError):
            supervisor.watch(lambda: False)
    finally:
        signals.restore()


def test_a_setting_refused_by_its_module_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    # Modules are asked only if a variable is not a setting of Phoenix itself.
    monkeypatch.setenv("PHOENIX_OF_A_MODULE", "1")
    monkeypatch.setenv("PHOENIX_PROVIDERS", "nonsense")
    with pytest.raises(WrongSettingError, match="PHOENIX_PROVIDERS"):
        start._check_settings_of_modules(read_settings(os.environ))


def test_a_migration_that_waits_too_long_for_another_reports_it(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migration, "LOCK_WAIT_SECONDS", 0.0)
    said: list[str] = []

    async def run() -> None:
        other = await asyncpg.connect(place.owner)
        try:
            await other.execute(f"SELECT pg_advisory_lock({migration.LOCK})")
            with pytest.raises(MigrationError, match="Another process has been migrating this database"):
                await migrate(place.owner, MIGRATIONS, say=said.append)
        finally:
            await other.close()

    asyncio.run(run())
    assert said == ["Another process is migrating this database. Waiting for it."]


def test_a_database_of_a_newer_phoenix_is_not_changed(place: Place) -> None:
    async def run() -> None:
        owner = await asyncpg.connect(place.owner)
        try:
            await owner.execute("INSERT INTO alembic_version VALUES ('from_the_future')")
            assert await owner.fetchval("SELECT release FROM releases") == RELEASE
            await owner.execute("INSERT INTO releases VALUES ('2.9.0 (abcdef0, 2027-01-01)', now() + interval '1 day')")
        finally:
            await owner.close()
        with pytest.raises(
            NewerDatabase, match=r"newer Phoenix, 2\.9\.0 \(abcdef0, 2027-01-01\): it contains the revision from_the_future"
        ):
            await migrate(place.owner, MIGRATIONS)

    asyncio.run(run())


def test_a_release_names_the_commit_and_the_date_of_its_build(tmp_path: Path) -> None:
    build = tmp_path / "build.txt"
    assert release_of(build) == __version__
    build.write_text("5ed32eb, 2026-11-26\n")
    assert release_of(build) == f"{__version__} (5ed32eb, 2026-11-26)"
