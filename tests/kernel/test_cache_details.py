"""Details of the cache that matter only when much is cached, or when Valkey is unreachable."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from tests.waiting import until

from phoenix.kernel.cache.generations import IN_FLIGHT_SECONDS, SLOTS, MachineGenerations
from phoenix.kernel.cache.valkey import Valkey


def test_keys_are_spread_over_all_slots() -> None:
    """Keys in the same slot make each other stale, so few should share one."""
    slots = [MachineGenerations.slot(f"account:{number}") for number in range(4096)]
    for bit in range(SLOTS.bit_length() - 1):
        share = sum(slot >> bit & 1 for slot in slots) / len(slots)
        assert 0.4 < share < 0.6, f"bit {bit}"
    assert min(slots) >= 0
    assert max(slots) < SLOTS


@pytest.mark.parametrize("seconds", [0, IN_FLIGHT_SECONDS + 1], ids=["just now", "long ago"])
def test_a_dead_writer_makes_only_what_it_marked_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    """Another key was settled by another writer, just now or long ago."""

    async def run() -> None:
        generations = MachineGenerations(tmp_path / "generations")
        written = 1_800_000_000 * 10**9
        monkeypatch.setattr(time, "time_ns", lambda: written)
        await generations.begin(["dead"])
        later = written + (IN_FLIGHT_SECONDS + 1) * 10**9
        monkeypatch.setattr(time, "time_ns", lambda: later - seconds * 10**9)
        await generations.settle(["living"], await generations.begin(["living"]))
        before = await generations.read(["living"])
        monkeypatch.setattr(time, "time_ns", lambda: later)
        found = await generations.read(["living", "dead"])
        assert before is not None
        assert found is not None
        assert found[:1] == before
        assert found == await generations.read(["living", "dead"])

    asyncio.run(run())


def test_an_unreachable_valkey_is_logged_by_phoenix_and_not_by_its_client_library(capfd: pytest.CaptureFixture[str]) -> None:
    async def run() -> None:
        assert await Valkey("redis://127.0.0.1:1/0").ping() is False

    asyncio.run(run())
    out, error = capfd.readouterr()
    assert [line for line in out.splitlines() if "valkey_unreachable" not in line] == []
    assert error == ""


def test_a_closed_connection_disappears_from_the_server(valkey: str) -> None:
    async def run() -> None:
        ours, witness = Valkey(valkey), Valkey(valkey)
        client, other = await ours._connected(), await witness._connected()
        assert client is not None
        assert other is not None
        number = str(await client.custom_command(["CLIENT", "ID"]))

        async def is_gone() -> bool:
            listed = await other.custom_command(["CLIENT", "LIST", "ID", number])
            return not isinstance(listed, bytes) or f"id={number} ".encode() not in listed

        assert not await is_gone()
        await ours.close()
        await until(is_gone)
        await witness.close()

    asyncio.run(run())
