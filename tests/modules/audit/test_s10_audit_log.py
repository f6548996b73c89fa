"""S10: the audit log contains every event once, cannot be changed by the application, and reveals changes by anyone else."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from functools import partial

import pytest
from tests.harness import Harness
from tests.modules.admin.panel import Panel
from tests.modules.audit.log import filled, tamper

from phoenix.kernel.data.events import Recorded
from phoenix.kernel.data.followers import follow_once, read_after
from phoenix.modules.audit.actions import append, chain, verify
from phoenix.modules.audit.commands import verify_audit_log

AUDIT = ("platform.audit",)


def test_every_event_is_written_once_without_gaps(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await filled(harness)
            await harness.follow()
            events = await harness.sql(
                "SELECT id, kind, actor_id, subject, organisation_id, data, occurred_at FROM events ORDER BY transaction, number"
            )
            rows = await harness.sql("SELECT event_id, action, actor_id, subject, organisation_id, data, at FROM audit_log ORDER BY number")
            empty = {"title": "", "excerpt": ""}
            assert [tuple(row) for row in rows] == [
                (*tuple(event)[:5], {**event["data"], **empty}, event["occurred_at"]) for event in events
            ]
            numbers = [row["number"] for row in await harness.sql("SELECT number FROM audit_log ORDER BY number")]
            assert numbers == list(range(1, len(events) + 1))
            assert (await verify.check(harness.runtime)) == verify.Verification(len(events), "")
            assert await verify_audit_log(harness.runtime) == f"Audit log verified: {len(events)} rows."

    asyncio.run(run())


def test_repeated_events_change_nothing(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await filled(harness)
            before = await harness.sql("SELECT number, hash FROM audit_log ORDER BY number")
            await harness.sql("UPDATE event_followers SET transaction = '0', number = 0 WHERE name = $1", chain.FOLLOWER)
            await harness.follow()
            assert await harness.sql("SELECT number, hash FROM audit_log ORDER BY number") == before
            assert (await verify.check(harness.runtime)).fault == ""

    asyncio.run(run())


def test_a_follower_that_fails_midway_writes_nothing(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await filled(harness)
            body = {"organisation": harness.organisations["ember"], "title": "t"}
            await harness.post("/api/v2/entries", by="ada", json=body)
            before = len(await harness.sql("SELECT 1 FROM audit_log"))

            async def fails(tx: object, batch: Sequence[Recorded]) -> None:
                await append.append(harness.runtime, tx, batch)  # type: ignore[arg-type]
                raise RuntimeError("half way")

            with pytest.raises(RuntimeError):
                await follow_once(harness.runtime.database, chain.FOLLOWER, fails)
            assert len(await harness.sql("SELECT 1 FROM audit_log")) == before
            assert await follow_once(harness.runtime.database, chain.FOLLOWER, partial(append.append, harness.runtime)) == 1
            assert (await verify.check(harness.runtime)).fault == ""

    asyncio.run(run())


def test_the_page_shows_rows_both_names_and_whether_the_log_is_intact(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("sue", permissions=AUDIT)
            await filled(harness)
            page = (await panel.get("/staff/audit", by="sue")).text
            assert "Newest rows verified" in page
            assert "entries.posted" in page
            assert "entries.posted" in (await panel.get(f"/staff/audit?person={harness.people['ada'].id}", by="sue")).text
            assert "entries.posted" not in (await panel.get("/staff/audit?person=acc_nobody", by="sue")).text
            assert (await panel.post("/staff/audit/verify", by="sue")).status_code == 303
            assert await harness.work() == ["audit.verify"]
            await tamper(harness, "UPDATE audit_log SET actor_id = NULL WHERE number = 3")
            assert "Row 3 was changed." in (await panel.get("/staff/audit", by="sue")).text

    asyncio.run(run())


def test_the_command_reports_a_changed_log_and_exits_with_status_1(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await filled(harness)
        settings = harness.runtime.settings
        variables = {
            "PATH": "/usr/bin:/bin",
            "PHOENIX_ENVIRONMENT": "test",
            "PHOENIX_SECRET_KEY": settings.secrets.key,
            "PHOENIX_DATABASE_URL": harness.place.database,
            "PHOENIX_DATA": str(harness.place.folder),
        }
        command = [sys.executable, "-m", "phoenix.commands", "audit", "verify"]
        whole = await asyncio.to_thread(subprocess.run, command, env=variables, capture_output=True, text=True, check=False)
        assert (whole.returncode, whole.stdout) == (0, "Audit log verified: 6 rows.\n"), whole.stderr
        await tamper(harness, "DELETE FROM audit_log WHERE number = 2")
        broken = await asyncio.to_thread(subprocess.run, command, env=variables, capture_output=True, text=True, check=False)
        assert (broken.returncode, broken.stdout) == (1, "")
        assert "Row 2 is missing." in broken.stderr

    asyncio.run(run())


def test_a_long_log_is_read_in_batches(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await filled(harness, 1)
            await harness.sql("""
                INSERT INTO events (id, kind, actor_id, subject, data, occurred_at)
                SELECT 'evt_' || n, 'entries.posted', 'acc_x', 'ent_' || n, '{"number": 1.50, "more": [1, null, "é"]}', now() FROM generate_series(1, 2500) n
            """)
            await harness.follow()
            assert await verify.check(harness.runtime) == verify.Verification(2501, "")
            await tamper(harness, "UPDATE audit_log SET subject = 'x' WHERE number = 2200")
            assert (await verify.check(harness.runtime)).fault == "Row 2200 was changed."
            async with harness.runtime.database.reader() as db:
                assert len(await read_after(db, (0, 0))) == 200

    asyncio.run(run())
