"""Entries per day are counted as they are written: opening a dashboard reads no entry for it, and the count is always right."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.harness import Harness

from phoenix.modules.dashboard.queries import statement
from phoenix.modules.entries.jobs import forget_old_counts

NOW = datetime.now(UTC).replace(microsecond=0)
MANY = """
    INSERT INTO entries (id, organisation_id, author_id, title, body, occurred_at, time_zone, created_at, updated_at)
    SELECT 'ent_' || n, $1, $2, 'Entry', '', now() - (n - 1) * interval '7 minutes', 'UTC', now(), now() FROM generate_series(1, $3) AS n
"""
# What the card read before: every entry of the days it shows.
COUNTED = """
    SELECT (occurred_at AT TIME ZONE $2)::date::text AS day, count(*) FROM entries WHERE organisation_id = $1 AND occurred_at > now() - interval '16 days'
     GROUP BY 1
"""


async def _days(harness: Harness, zone: str = "UTC") -> dict[str, int]:
    """What the dashboard's card shows, without the days on which there is none."""
    (card,) = (card for card in harness.registry.cards if card.name == "entries.per_day")
    rows = await harness.sql(statement([card]), harness.organisations["ember"], harness.people["ada"].id, zone)
    return {day["date"]: day["count"] for day in rows[0]["card_0"]["days"] if day["count"]}


async def _shown(harness: Harness, zone: str) -> dict[str, int]:
    found = {row["day"]: row["count"] for row in await harness.sql(COUNTED, harness.organisations["ember"], zone)}
    return dict(sorted(found.items())[-14:])


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Kiritimati"])
def test_days_are_those_of_every_zone(harness: Harness, zone: str) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            await harness.sql(MANY, ember, harness.people["ada"].id, 3000)
            shown = await _days(harness, zone)
            assert len(shown) == 14
            assert shown == await _shown(harness, zone)

    asyncio.run(run())


def test_posting_moving_and_deleting_is_counted_and_every_opening_is_right(harness: Harness) -> None:
    harness.clock.set(NOW)

    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            today, before = NOW, NOW - timedelta(days=3)

            async def post(at: datetime) -> str:
                body = {"organisation": ember, "title": "t", "occurred_at": at.isoformat()}
                return str((await harness.post("/api/v2/entries", by="ada", json=body)).json()["id"])

            first, second = await post(today), await post(today)
            assert await _days(harness) == {f"{today:%Y-%m-%d}": 2}
            path = f"/api/v2/entries/{first}"
            moved = await harness.patch(path, by="ada", headers={"If-Match": "*"}, json={"occurred_at": before.isoformat()})
            assert moved.status_code == 200
            await harness.patch(path, by="ada", headers={"If-Match": "*"}, json={"title": "another"})
            assert await _days(harness) == {f"{before:%Y-%m-%d}": 1, f"{today:%Y-%m-%d}": 1}
            await harness.delete(f"/api/v2/entries/{second}", by="ada", headers={"If-Match": "*"})
            assert await _days(harness) == {f"{before:%Y-%m-%d}": 1}
            cards = (await harness.get(f"/api/v2/dashboard?organisation={ember}", by="ada")).json()["cards"]
            (card,) = (card for card in cards if card["name"] == "entries.per_day")
            assert sum(day["count"] for day in card["data"]["days"]) == 1

    asyncio.run(run())


def test_entries_written_at_once_are_all_counted(harness: Harness) -> None:
    harness.clock.set(NOW)

    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            body = {"organisation": ember, "title": "t"}
            answers = await asyncio.gather(*(harness.post("/api/v2/entries", by="ada", json=body) for _ in range(20)))
            assert [answer.status_code for answer in answers] == [201] * 20
            assert await _days(harness) == {f"{NOW:%Y-%m-%d}": 20}

    asyncio.run(run())


def test_an_organisation_that_goes_takes_its_counts_and_old_ones_are_forgotten(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            await harness.sql(MANY, ember, harness.people["ada"].id, 500)
            # Of long ago: in no count.
            await harness.sql(
                MANY.replace("'ent_'", "'old_'").replace("now() - (n", "now() - interval '40 days' - (n"),
                ember,
                harness.people["ada"].id,
                5,
            )
            assert (await harness.sql("SELECT sum(count)::int FROM entry_counts"))[0][0] == 500
            await harness.sql("DELETE FROM organisations WHERE id = $1", ember)
            assert (await harness.sql("SELECT sum(count)::int FROM entry_counts"))[0][0] == 0
            await harness.sql("UPDATE entry_counts SET quarter = quarter - interval '40 days'")
            await forget_old_counts(harness.runtime)
            assert await harness.sql("SELECT 1 FROM entry_counts") == []

    asyncio.run(run())


def test_opening_a_dashboard_reads_a_few_entries_however_many_there_are(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            await harness.sql(MANY, ember, harness.people["ada"].id, 3200)
            await harness.sql(
                "INSERT INTO entries SELECT id || 'x', organisation_id, author_id, title, body, occurred_at, time_zone, created_at, updated_at, 1 FROM entries"
            )
            await harness.sql("ANALYZE entries")
            await harness.sql("ANALYZE entry_counts")
            every_card = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement(harness.registry.cards)}"
            rows = await harness.sql(every_card, ember, harness.people["ada"].id, "UTC")
            (plan,) = rows[0][0] if isinstance(rows[0][0], list) else json.loads(rows[0][0])
            read: dict[str, float] = {}
            for table, number in _read(plan["Plan"]):
                read[table] = read.get(table, 0) + number
            assert read["entries"] <= 5 + 1, "the newest, and the last that is not planned"
            assert 0 < read["entry_counts"] <= 2 * 17 * 96, "two connections wrote, each in its own shard"

    asyncio.run(run())


def _read(plan: Any) -> Iterator[tuple[str, float]]:
    if "Relation Name" in plan:
        yield plan["Relation Name"], (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
    for inner in plan.get("Plans", ()):
        yield from _read(inner)
