"""With PHOENIX_NODES=one a second host on the same database does not start; with `many`, nothing is written that the others cannot know of."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from glide import GlideClient
from tests.conftest import running_valkey
from tests.harness import Harness, Place
from tests.waiting import until

from phoenix.composition import REGISTRY
from phoenix.kernel.cache import generations as generations_module
from phoenix.kernel.cache import valkey as cache
from phoenix.kernel.cache.generations import CacheUnreachable, ValkeyGenerations
from phoenix.kernel.cache.valkey import Valkey, _configuration
from phoenix.kernel.data import host
from phoenix.settings import SettingsError


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "WAIT_SECONDS", 0.0)
    monkeypatch.setattr(host, "ASK_SECONDS", 0.02)
    monkeypatch.setattr(cache, "REST_SECONDS", 0.02)


def elsewhere(place: Place, folder: Path) -> Place:
    """The same database, another data folder."""
    folder.mkdir()
    return replace(place, folder=folder)


def test_a_second_host_on_the_same_database_does_not_start(harness: Harness, tmp_path: Path) -> None:
    other = elsewhere(harness.place, tmp_path / "other")

    async def run() -> None:
        async with harness:
            async with REGISTRY.opened(harness.place.settings()):
                pass
            with pytest.raises(SettingsError, match="PHOENIX_NODES=many"):
                async with REGISTRY.opened(other.settings()):
                    pass
            async with REGISTRY.opened(other.settings(PHOENIX_NODES="many")):
                pass
        async with REGISTRY.opened(other.settings()):
            with pytest.raises(SettingsError, match="PHOENIX_NODES=many"):
                async with REGISTRY.opened(harness.place.settings()):
                    pass

    asyncio.run(run())


def test_a_host_that_lost_its_claim_to_another_is_not_ready(harness: Harness, tmp_path: Path) -> None:
    other = elsewhere(harness.place, tmp_path / "other")

    async def run() -> None:
        async with harness:
            tasks = harness.runtime.background
            lost = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'phoenix host'"

            async def take_over() -> bool:
                await harness.sql(lost)
                try:
                    async with REGISTRY.opened(other.settings()):
                        await until(lambda: "host of the database" in tasks.down)
                        assert (await harness.get("/readyz")).status_code == 503
                        return True
                except SettingsError:
                    return False

            await until(take_over)
            await until(lambda: not tasks.down)
            assert (await harness.get("/readyz")).status_code == 200

    asyncio.run(run())


async def order(url: str, *words: str) -> None:
    client = await GlideClient.create(_configuration(url))
    await client.custom_command(list(words))
    await client.close()


FAULTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "full": (("CONFIG", "SET", "maxmemory", "1"), ("CONFIG", "SET", "maxmemory", "0")),
    "refuses": (("CONFIG", "SET", "min-replicas-to-write", "1"), ("CONFIG", "SET", "min-replicas-to-write", "0")),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_is_written_that_the_other_hosts_cannot_know_of(harness: Harness, tmp_path: Path, fault: str) -> None:
    breaks, heals = FAULTS[fault]

    async def run(url: str) -> None:
        harness.variables |= {"PHOENIX_NODES": "many", "PHOENIX_CACHE_URL": url}
        await order(url, "CONFIG", "SET", "maxmemory-policy", "noeviction")
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            entry = {"organisation": ember, "title": "t"}
            assert (await harness.post("/api/v2/entries", by="ada", json=entry)).status_code == 201
            await order(url, *breaks)
            answer = await harness.post("/api/v2/entries", by="ada", json=entry)
            assert (answer.status_code, answer.json()["code"]) == (503, CacheUnreachable.code)
            assert len(await harness.sql("SELECT 1 FROM entries")) == 1
            assert (await harness.get(f"/api/v2/entries?organisation={ember}", by="ada")).status_code == 200, "reading goes on"
            await order(url, *heals)

            async def written() -> bool:
                return (await harness.post("/api/v2/entries", by="ada", json=entry)).status_code == 201

            await until(written)

    with running_valkey(tmp_path / "valkey") as url:
        asyncio.run(run(url))


def test_a_change_that_could_not_be_settled_is_settled_later(tmp_path: Path) -> None:
    async def run(url: str) -> None:
        generations = ValkeyGenerations(Valkey(url))
        before = await generations.read(["a"])
        mark = await generations.begin(["a"])
        await order(url, *FAULTS["refuses"][0])
        await generations.settle(["a"], mark)
        assert await generations.read(["a"]) is None
        await order(url, *FAULTS["refuses"][1])
        # Without the settling, its mark would stand for as long as that of a writer that died.
        after = await until(lambda: generations.read(["a"]))
        assert after != before

    with running_valkey(tmp_path / "valkey") as url:
        asyncio.run(run(url))


def test_what_cannot_be_settled_is_given_up_when_its_mark_has_expired(monkeypatch: pytest.MonkeyPatch) -> None:
    """By then the mark no longer stands for a writer, and nothing cached is used."""
    monkeypatch.setattr(generations_module, "IN_FLIGHT_SECONDS", -1)

    async def run() -> None:
        with pytest.raises(CacheUnreachable):
            await ValkeyGenerations(Valkey("redis://127.0.0.1:1"))._settle_later(["a"], 1)

    asyncio.run(run())


def test_a_cache_that_is_gone_takes_no_mark(tmp_path: Path) -> None:
    async def run() -> None:
        with pytest.raises(CacheUnreachable):
            await ValkeyGenerations(Valkey("redis://127.0.0.1:1")).begin(["a"])

    asyncio.run(run())
