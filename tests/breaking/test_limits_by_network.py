"""Limits by address also stop people with many addresses: every IPv6 customer has 2^64 of them."""

from __future__ import annotations

import asyncio

from tests.harness import Harness


def test_addresses_of_one_ipv6_network_count_as_one(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            statuses = []
            for n in range(12):
                async with harness.new_client(address=f"2001:db8:1:2::{n + 1:x}") as client:
                    sent = {"email": f"nobody{n}@example.com"}
                    statuses.append((await client.post("/api/v2/password_resets", json=sent)).status_code)
            assert statuses == [202] * 10 + [429] * 2
            async with harness.new_client(address="2001:db8:1:3::1") as client:
                assert (await client.post("/api/v2/password_resets", json={"email": "nobody@example.com"})).status_code == 202

    asyncio.run(run())
