"""Zones that were stored under a former name get the canonical one, in batches, and each table is read only until it has none left."""

from __future__ import annotations

import asyncio

import pytest
from tests.harness import Harness

from phoenix.kernel.data import former_zones
from phoenix.kernel.data.former_zones import Zoned, rename_zones
from phoenix.modules.accounts.jobs import ZONED, rename_former_zones
from phoenix.modules.entries.jobs import ZONED as ENTRIES

MANY = """
    INSERT INTO entries (id, organisation_id, author_id, title, body, occurred_at, time_zone, created_at, updated_at)
    SELECT 'ent_' || n, $1, $2, 'Entry', '', now(), (ARRAY['Asia/Calcutta', 'US/Eastern', 'Europe/Oslo', 'Mars/Base'])[n % 4 + 1], now(), now()
      FROM generate_series(1, $3) AS n
"""
COUNTED = "SELECT time_zone, count(*)::int FROM entries GROUP BY 1"


def test_a_table_is_renamed_in_batches_until_nothing_is_left(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(former_zones, "BATCH", 7)

    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            await harness.sql(MANY, ember, harness.people["ada"].id, 40)
            database = harness.runtime.database
            assert await rename_zones(database, ENTRIES) == 20
            found = {row[0]: row[1] for row in await harness.sql(COUNTED)}
            assert found == {"Asia/Kolkata": 10, "America/New_York": 10, "Europe/Oslo": 10, "Mars/Base": 10}
            assert {row[0] for row in await harness.sql("SELECT version FROM entries")} == {1}
            # Code of the last release still writes.
            await harness.sql("UPDATE entries SET time_zone = 'Asia/Saigon' WHERE id = 'ent_1'")
            assert await rename_zones(database, ENTRIES) == 1
            assert await rename_zones(database, ENTRIES) == 0
            # Now it is done, and not read again before names have changed.
            await harness.sql("UPDATE entries SET time_zone = 'Asia/Saigon' WHERE id = 'ent_1'")
            assert await rename_zones(database, ENTRIES) == 0
            monkeypatch.setattr(former_zones, "edition", lambda: "2099a")
            assert await rename_zones(database, ENTRIES) == 1

    asyncio.run(run())


def test_an_account_shows_its_new_name_at_once(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            await harness.sql("UPDATE accounts SET time_zone = 'Asia/Calcutta'")
            before = (await harness.get("/api/v2/me", by="ada")).json()
            await rename_former_zones(harness.runtime)
            after = (await harness.get("/api/v2/me", by="ada")).json()
            assert (after["time_zone"], after["version"]) == ("Asia/Kolkata", before["version"])

    asyncio.run(run())


def test_a_zone_that_its_owner_changes_meanwhile_stays_theirs(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            await harness.sql("UPDATE accounts SET time_zone = 'Asia/Calcutta'")
            async with harness.runtime.database.transaction() as tx:
                rows = await tx.all(ZONED.read, "", 10)
            assert [zone for _, zone in rows] == ["Asia/Calcutta"]
            await harness.sql("UPDATE accounts SET time_zone = 'Europe/Paris'")
            async with harness.runtime.database.transaction() as tx:
                await tx.execute(ZONED.rename, [rows[0][0]], ["Asia/Calcutta"], ["Asia/Kolkata"])
            assert [row[0] for row in await harness.sql("SELECT time_zone FROM accounts")] == ["Europe/Paris"]

    asyncio.run(run())


def test_a_table_without_rows_is_done(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            assert await rename_zones(harness.runtime.database, Zoned("entries", ENTRIES.read, ENTRIES.rename)) == 0
            assert await harness.sql("SELECT 1 FROM batch_positions WHERE name LIKE 'zones of entries %'")

    asyncio.run(run())
