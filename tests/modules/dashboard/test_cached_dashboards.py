"""A cached dashboard is for readers with the same zone and permissions: days are counted in the zone, and cards depend on permissions."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest
from tests.harness import NOW, Harness

from phoenix.kernel.actor import Actor, MembershipRecord, SessionRecord
from phoenix.kernel.cache.cache import Cache, Codec
from phoenix.modules.dashboard.api import dashboard_key, hot_key

RECORD = SessionRecord(
    session="ses_1",
    account="acc_1",
    email="ada@example.com",
    name="Ada",
    time_zone="UTC",
    locale="en",
    email_verified=True,
    created_at=NOW,
    platform=frozenset(),
    idle_until=NOW,
    until=NOW,
    seen_at=NOW,
)
MEMBERSHIP = MembershipRecord("org_1", "ember", "Ember", "member", frozenset({"dashboard.read", "entries.read"}))


def key(membership: MembershipRecord = MEMBERSHIP, **changed: Any) -> str:
    return dashboard_key(Actor(msgspec.structs.replace(RECORD, **changed), (membership,)), membership)


@pytest.mark.parametrize(
    "other",
    [
        key(time_zone="Asia/Tokyo"),
        key(account="acc_2"),
        key(msgspec.structs.replace(MEMBERSHIP, organisation="org_2")),
        key(msgspec.structs.replace(MEMBERSHIP, permissions=frozenset({"dashboard.read"}))),
    ],
    ids=["zone", "account", "organisation", "permissions"],
)
def test_the_cache_key_contains_everything_a_dashboard_depends_on(other: str) -> None:
    assert other != key()


def test_both_ways_of_reading_use_the_same_cache_key() -> None:
    actor = Actor(msgspec.structs.replace(RECORD, session="ses_2"), (MEMBERSHIP,))
    assert dashboard_key(actor, MEMBERSHIP) == key()
    assert hot_key(actor, b"organisation=ember") == hot_key(actor, b"organisation=org_1") == key()


def test_a_time_zone_changed_during_a_request_applies_to_the_cached_dashboard(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """The request uses the zone from before the change, but what it caches is read after the change."""

    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            path = f"/api/v2/dashboard?organisation={ember}"
            (now,) = await harness.sql("SELECT to_char(now() AT TIME ZONE 'UTC', 'HH24') AS hour")
            # In one of the two zones it is now a different day than in UTC.
            elsewhere = "Pacific/Kiritimati" if int(now["hour"]) >= 10 else "Pacific/Pago_Pago"
            read, moved = Cache.read, asyncio.Event()

            async def move_first(cache: Cache, key: str, refill: Callable[[Any], Awaitable[Any]], **options: Codec) -> Any:
                if key.startswith("dashboard:") and not moved.is_set():
                    moved.set()
                    answer = await harness.patch("/api/v2/me", by="ada", json={"time_zone": elsewhere}, headers={"If-Match": "*"})
                    assert answer.status_code == 200, answer.text
                return await read(cache, key, refill, **options)  # type: ignore[arg-type]

            monkeypatch.setattr(Cache, "read", move_first)
            before, after = [_days(await harness.get(path, by="ada")) for _ in range(2)]
            assert moved.is_set()
            assert before != after
            assert after == _days(await harness.get(path, by="ada"))
            rows = await harness.sql("SELECT (now() AT TIME ZONE $1)::date::text AS today", elsewhere)
            assert after[-1] == rows[0]["today"]

    asyncio.run(run())


def _days(answer: Any) -> list[str]:
    (card,) = [card for card in answer.json()["cards"] if card["name"] == "entries.per_day"]
    return [day["date"] for day in card["data"]["days"]]
