"""Details of the cache that only show where much is cached, or where its server is gone."""

from __future__ import annotations

import asyncio

import pytest

from phoenix.kernel.cache.generations import SLOTS, MachineGenerations
from phoenix.kernel.cache.valkey import Valkey


def test_keys_are_spread_over_all_slots() -> None:
    """Two keys of one slot only make each other stale, so they are to be few."""
    slots = [MachineGenerations.slot(f"account:{number}") for number in range(4096)]
    for bit in range(SLOTS.bit_length() - 1):
        share = sum(slot >> bit & 1 for slot in slots) / len(slots)
        assert 0.4 < share < 0.6, f"bit {bit}"
    assert min(slots) >= 0
    assert max(slots) < SLOTS


def test_a_server_that_is_gone_is_logged_by_us_and_not_by_the_client(capfd: pytest.CaptureFixture[str]) -> None:
    async def run() -> None:
        assert await Valkey("redis://127.0.0.1:1/0").ping() is False

    asyncio.run(run())
    out, error = capfd.readouterr()
    assert [line for line in out.splitlines() if "valkey_unreachable" not in line] == []
    assert error == ""
