"""N3: what is queued follows its person to another time zone."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from tests.harness import Harness
from tests.modules.notifications.emailing import mention_bo
from tests.modules.notifications.notifying import notify
from tests.modules.notifications.test_n3_preferences import ROLE, prefer


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


def test_what_is_urgent_does_not_wait_for_a_digest_because_its_person_moves(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            monkeypatch.setitem(harness.registry.notifications, ROLE, replace(harness.registry.notifications[ROLE], urgent=True))
            await prefer(harness, "bo", digest="weekly", kinds={ROLE: {"email": True}})
            await mention_bo(harness)
            await notify(harness, "bo")
            now, digest = await due(harness)
            assert now == harness.clock.now() < digest
            await harness.patch("/api/v2/me", by="bo", json={"time_zone": "Asia/Tokyo"}, headers={"If-Match": "*"})
            await harness.follow()
            again, moved = await due(harness)
            assert (again, moved < digest) == (now, True)

    asyncio.run(run())
