"""An entry dated in the future is marked wherever it is shown, and is never the last entry of the dashboard."""

from __future__ import annotations

import asyncio
import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from tests.harness import Harness

# The database counts by its own clock.
NOW = datetime.now(UTC).replace(microsecond=0)
WHEN = NOW + timedelta(days=40)


async def post(harness: Harness, title: str, at: datetime, by: str = "ada") -> str:
    body = {"organisation": harness.organisations["ember"], "title": title, "occurred_at": at.isoformat()}
    made = await harness.post("/api/v2/entries", by=by, json=body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def words(harness: Harness, path: str) -> str:
    """A page as text."""
    answer = await harness.get(path, by="bo")
    assert answer.status_code == 200, answer.text
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text.partition("<main")[2])).split())


@pytest.mark.parametrize("where", ["entries", "entries/{entry}", "feed", "dashboard"])
def test_it_is_marked_as_planned_until_its_time_has_come(harness: Harness, where: str) -> None:
    harness.clock.set(NOW)

    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="viewer")
            entry = await post(harness, "Inspection", WHEN)
            path = f"/o/ember/{where.format(entry=entry)}"
            planned = f"Planned for {WHEN.day} {WHEN:%B}"
            assert planned in await words(harness, path)
            edited = await harness.patch(f"/api/v2/entries/{entry}", by="ada", json={"body": "All of it"}, headers={"If-Match": "*"})
            assert edited.status_code == 200
            assert (await words(harness, path)).count(planned) == (2 if where == "feed" else 1)
            harness.clock.advance(days=41)
            harness.people["bo"] = await harness.person("cleo")
            await harness.sql("UPDATE memberships SET account_id = $1 WHERE role = 'viewer'", harness.people["bo"].id)
            assert "Planned" not in await words(harness, path)

    asyncio.run(run())


@pytest.mark.parametrize("planned", [1, 6])
def test_the_last_entry_is_the_latest_that_has_happened(harness: Harness, planned: int) -> None:
    harness.clock.set(NOW)

    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            for number in range(planned):
                await post(harness, f"Planned {number}", WHEN + timedelta(days=number))
            assert re.search(r"Last entry None yet No entries yet", await words(harness, "/o/ember/dashboard"))
            await post(harness, "Done", NOW - timedelta(hours=30), by="bo")
            await post(harness, "Done before", NOW - timedelta(hours=60))
            shown = await words(harness, "/o/ember/dashboard")
            assert re.search(r"Last entry \w{3} \d\d:\d\d by Bo", shown), shown
            cards = (await harness.get(f"/api/v2/dashboard?organisation={ember}", by="ada")).json()["cards"]
            (last,) = (card["data"]["last"] for card in cards if card["name"] == "entries.recent")
            assert (last["author_name"], last["occurred_at"][:16]) == ("Bo", f"{NOW - timedelta(hours=30):%Y-%m-%dT%H:%M}")

    asyncio.run(run())


def test_an_entry_planned_for_later_today_is_not_counted_yet(harness: Harness) -> None:
    harness.clock.set(NOW)

    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="viewer")
            # Where it is still today then.
            await harness.sql("UPDATE accounts SET time_zone = $1", "UTC" if NOW.hour < 23 else "Etc/GMT-2")
            await post(harness, "Later", NOW + timedelta(minutes=45))
            shown = await words(harness, "/o/ember/dashboard")
            assert "Entries today 0" in shown

    asyncio.run(run())
