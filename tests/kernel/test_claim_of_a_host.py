"""The claim of a host on its database: named by its boot and its file, asked about, made again when it is lost."""

from __future__ import annotations

import asyncio
import contextlib
import platform
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.harness import Harness
from tests.waiting import until

from phoenix.kernel.background import EXPECTED
from phoenix.kernel.data import host
from phoenix.settings import SettingsError

# As declared: the tests shorten them.
WAIT_SECONDS, LOOK_SECONDS, ASK_SECONDS = host.WAIT_SECONDS, host.LOOK_SECONDS, host.ASK_SECONDS


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "WAIT_SECONDS", 0.0)
    monkeypatch.setattr(host, "ASK_SECONDS", 0.02)


def test_the_claim_names_the_file_of_generations(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).touch()
    assert host.host_of(tmp_path / "a") == host.host_of(tmp_path / "a") != host.host_of(tmp_path / "b")


def test_the_number_of_a_host_is_of_its_boot_or_else_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, boot = tmp_path / "generations", tmp_path / "boot_id"
    file.touch()
    numbers = []
    for one in ("first", "second"):
        boot.write_text(one)
        monkeypatch.setattr(host, "BOOT_ID", boot)
        numbers.append(host.host_of(file))
        monkeypatch.setattr(host, "BOOT_ID", tmp_path / "nowhere")
        monkeypatch.setattr(platform, "node", lambda name=one: name)
        numbers.append(host.host_of(file))
    # With the same words, a boot and a name count alike.
    assert len(set(numbers)) == 2


def test_the_number_of_a_host_fits_in_an_advisory_lock(tmp_path: Path) -> None:
    numbers = []
    for number in range(64):
        file = tmp_path / str(number)
        file.touch()
        numbers.append(host.host_of(file))
    assert 2**30 < max(numbers) < 2**31
    assert min(numbers) >= 0


def test_the_server_drops_a_dead_host_before_another_gives_up(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []
    connect = asyncpg.connect

    async def note(url: str, **options: Any) -> Any:
        asked.append(options)
        return await connect(url, **options)

    monkeypatch.setattr(asyncpg, "connect", note)

    async def run() -> None:
        claim = host.Claim(harness.place.database, 1)
        await claim.make()
        first = claim._connection
        await claim.make()
        assert first is not None
        assert first.is_closed(), "one claim has one connection"
        await claim.close()
        await claim.close()

    asyncio.run(run())
    options = asked[0]
    keeps = {name.removeprefix("tcp_keepalives_"): int(value) for name, value in options["server_settings"].items() if "tcp_" in name}
    dropped_after = keeps["idle"] + keeps["count"] * keeps["interval"]
    assert (dropped_after, WAIT_SECONDS, LOOK_SECONDS) == (25, 30.0, 1.0)
    # A server that hangs is noticed by then as well.
    assert (options["timeout"], options["command_timeout"], ASK_SECONDS) == (10, 5.0, 10.0)


def test_a_claim_is_asked_about_and_made_again_when_it_is_lost(harness: Harness) -> None:
    turns: list[int] = []
    claim = host.Claim(harness.place.database, 1)
    of_the_claim = "FROM pg_stat_activity WHERE application_name = 'phoenix host' AND datname = current_database()"

    async def keep() -> None:
        # Started again when it fails, as any task in the background is.
        while True:
            with contextlib.suppress(*EXPECTED):
                await claim.hold(lambda: turns.append(1))

    async def asked() -> bool:
        return [row["query"] for row in await harness.sql(f"SELECT query {of_the_claim}")] == ["SELECT 1"]

    async def run() -> None:
        holding = asyncio.create_task(keep())
        await until(asked)
        first = claim._connection
        await harness.sql(f"SELECT pg_terminate_backend(pid) {of_the_claim}")
        await until(lambda: claim._connection not in {first, None})
        await until(asked)
        assert await claims(harness) == 1
        assert len(turns) > 1
        holding.cancel()
        await asyncio.gather(holding, return_exceptions=True)
        await claim.close()

    asyncio.run(run())


async def claims(harness: Harness) -> int:
    """How many connections hold a claim on this database, or wait to."""
    rows = await harness.sql("SELECT 1 FROM pg_stat_activity WHERE application_name = 'phoenix host' AND datname = current_database()")
    return len(rows)


def test_a_host_that_waits_starts_once_the_other_has_lost_its_claim(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "WAIT_SECONDS", 60.0)
    monkeypatch.setattr(host, "LOOK_SECONDS", 0.01)
    before, after = host.Claim(harness.place.database, 1), host.Claim(harness.place.database, 2)

    async def run() -> None:
        await before.make()
        starting = asyncio.create_task(after.make())

        async def both() -> bool:
            return await claims(harness) == 2

        await until(both)
        assert not starting.done()
        await before.close()
        await starting
        assert await claims(harness) == 1
        await after.close()

    asyncio.run(run())


def test_a_host_looks_for_as_long_as_a_dead_one_can_keep_its_claim_and_leaves_nothing_behind(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    before, after = host.Claim(harness.place.database, 1), host.Claim(harness.place.database, 2)

    async def run() -> None:
        await before.make()
        monkeypatch.setattr(host, "WAIT_SECONDS", 3.0)
        monkeypatch.setattr(host, "LOOK_SECONDS", 1.0)
        with monkeypatch.context() as patched:
            patched.setattr(asyncio, "sleep", sleep)
            with pytest.raises(SettingsError, match="Another host"):
                await after.make()
        assert slept == [1.0, 1.0, 1.0]

        async def one() -> bool:
            return await claims(harness) == 1

        await until(one)
        await before.close()

    asyncio.run(run())
