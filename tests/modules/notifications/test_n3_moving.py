"""N3: what is queued follows its person to another time zone."""

from __future__ import annotations

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

from tests.harness import Harness
from tests.modules.notifications.emailing import mention_bo


async def due(harness: Harness) -> list[datetime]:
    return [row["due_at"] for row in await harness.sql("SELECT due_at FROM notification_deliveries WHERE state = 'queued' ORDER BY due_at")]


def test_a_digest_comes_at_the_hour_of_the_new_time_zone(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            schedule = {"digest": "daily", "hour": 8, "quiet_from": None, "quiet_until": None}
            assert (await harness.request("PUT", "/api/v2/notification_preferences", by="bo", json=schedule)).status_code < 300
            await mention_bo(harness)
            before = await due(harness)
            await harness.patch("/api/v2/me", by="bo", json={"name": "Bob"}, headers={"If-Match": "*"})
            await harness.follow()
            assert await due(harness) == before
            for zone in ("Asia/Tokyo", "America/Lima"):
                await harness.patch("/api/v2/me", by="bo", json={"time_zone": zone}, headers={"If-Match": "*"})
                await harness.follow()
                (at,) = await due(harness)
                assert (at.astimezone(ZoneInfo(zone)).hour, at > harness.clock.now()) == (8, True)

    asyncio.run(run())
