"""Events are deleted when the setting says so: the oldest, in batches, and never one that a follower has yet to handle."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from tests.harness import Harness
from tests.modules.admin.panel import Panel
from tests.permitted import permit

from phoenix.kernel.data import upkeep
from phoenix.kernel.data.upkeep import trim_events
from phoenix.modules.audit.actions import verify
from phoenix.settings import SettingsError
from phoenix.worker import trim_old_events

OLD = """
    INSERT INTO events (id, kind, organisation_id, actor_id, subject, occurred_at)
    SELECT 'evt_' || $1 || n, 'organisations.member_left', $2, 'acc_x', 'acc_x', now() - $3::interval FROM generate_series(1, $4) n
"""
KEEP = timedelta(days=90)


async def _numbers(harness: Harness) -> int:
    return len(await harness.sql("SELECT 1 FROM events"))


def test_old_events_go_in_batches_once_every_follower_has_handled_them(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "BATCH", 4)

    async def run() -> None:
        async with harness:
            harness.clock.set(datetime.now(UTC))
            await permit(harness, events=KEEP.days)
            ember = await harness.organisation("ember", ada="owner")
            await harness.sql(OLD, "old", ember, timedelta(days=200), 10)
            await harness.sql(OLD, "new", ember, timedelta(days=60), 3)
            assert await trim_events(harness.runtime.database, KEEP) == 0, "no follower has handled them"
            await harness.follow()
            await harness.sql("INSERT INTO event_followers VALUES ('behind')")
            assert await trim_events(harness.runtime.database, KEEP) == 0, "one has not"
            await harness.sql("DELETE FROM event_followers WHERE name = 'behind'")
            assert await trim_events(harness.runtime.database, KEEP) == 10
            assert await trim_events(harness.runtime.database, KEEP) == 0
            assert await _numbers(harness) == 3
            feed = await harness.get(f"/api/v2/feed?organisation={ember}", by="ada")
            assert len(feed.json()["items"]) == 3
            assert (await verify.check(harness.runtime)) == verify.Verification(13, ""), "the audit log has all of them"
            body = {"organisation": ember, "title": "goes on"}
            assert (await harness.post("/api/v2/entries", by="ada", json=body)).status_code == 201
            await harness.follow()
            assert (await verify.check(harness.runtime)) == verify.Verification(14, "")

    asyncio.run(run())


def test_the_application_cannot_have_events_of_the_last_month_deleted(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            await harness.sql(OLD, "new", ember, timedelta(days=29), 3)
            await harness.follow()
            async with harness.runtime.database.reader() as db:
                connection = await db.connection()
                for before in ("'infinity'", "now()", "NULL"):
                    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="are to be kept"):
                        await connection.fetchval(f"SELECT trim_events({before}, 1000)")
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute("DELETE FROM events")
            assert await _numbers(harness) == 3

    asyncio.run(run())


@pytest.mark.parametrize(("keep", "left"), [("0", 5), ("31", 0)])
def test_the_setting_says_whether_and_the_panel_shows_it(harness: Harness, keep: str, left: int) -> None:
    harness.variables["PHOENIX_EVENTS_KEEP"] = keep

    async def run() -> None:
        async with harness, Panel(harness) as panel:
            harness.clock.set(datetime.now(UTC))
            await permit(harness, events=int(keep))
            ember = await harness.organisation("ember", ada="owner")
            await harness.sql(OLD, "old", ember, timedelta(days=200), 5)
            await harness.follow()
            await trim_old_events(harness.runtime)
            assert await _numbers(harness) == left
            await harness.person("sue", permissions=("platform.audit",))
            assert ("Events are deleted after 31 days." in (await panel.get("/staff/events", by="sue")).text) is (keep == "31")

    asyncio.run(run())


def test_less_than_a_month_is_refused(harness: Harness) -> None:
    for name in ("PHOENIX_EVENTS_KEEP", "PHOENIX_AUDIT_KEEP"):
        with pytest.raises(SettingsError, match="must be 0 or at least 31, not 30"):
            harness.place.settings(**{name: "30"})
