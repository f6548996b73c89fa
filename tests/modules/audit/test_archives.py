"""Old months of the audit log go to files that can still be verified; the rows in the database continue from there."""

from __future__ import annotations

import asyncio
import gzip
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from tests.harness import Harness
from tests.modules.admin.panel import Panel
from tests.modules.audit.log import tamper
from tests.permitted import permit

from phoenix.kernel.errors import PhoenixError
from phoenix.modules.accounts.jobs import erase_due
from phoenix.modules.audit.actions import archive, verify
from phoenix.modules.audit.actions.archive import archive_old, verify_archive
from phoenix.modules.audit.commands import sign_audit_log
from phoenix.modules.audit.errors import AuditLogBroken
from phoenix.modules.audit.jobs import archive_old_rows, replace_old_texts

KEEP = timedelta(days=90)
# Of the clock of tests and of the database's, so that a row of 200 days ago is old for both.
OLD = """
    INSERT INTO events (id, kind, actor_id, subject, data, occurred_at)
    SELECT 'evt_' || $2 || n, 'admin.account_locked', $1, 'acc_x', '{"reason": "Of long ago"}', $3::timestamptz + n * interval '1 minute' FROM generate_series(1, $4) n
"""


async def _history(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two old months and the present, in the log."""
    monkeypatch.setattr(archive, "STAY", 3)
    monkeypatch.setattr(archive, "BATCH", 7)
    harness.clock.set(datetime.now(UTC))
    await permit(harness, audit=KEEP.days)
    await harness.person("ada")
    for month, name in ((datetime(2026, 1, 5, tzinfo=UTC), "jan"), (datetime(2026, 2, 5, tzinfo=UTC), "feb"), (harness.clock.now(), "now")):
        await harness.sql(OLD, harness.people["ada"].id, name, month, 10)
    await harness.follow()
    await replace_old_texts(harness.runtime)


def _files(harness: Harness) -> list[Path]:
    return sorted((harness.place.folder / archive.FOLDER).glob("*"))


def test_whole_months_go_to_files_and_both_verify(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with harness:
            await _history(harness, monkeypatch)
            assert await archive_old(harness.runtime, KEEP) == 20
            january, february = _files(harness)
            assert [january.name, february.name] == ["audit-2026-01-from-1.jsonl.gz", "audit-2026-02-from-11.jsonl.gz"]
            assert january.stat().st_mode & 0o777 == 0o600
            assert b"Of long ago" not in gzip.decompress(january.read_bytes())
            first, second = (verify_archive(harness.runtime, path) for path in (january, february))
            assert (first.first, first.last, second.first, second.last) == (1, 10, 11, 20)
            assert second.previous_hash == first.hash
            assert [row["number"] for row in await harness.sql("SELECT number FROM audit_log ORDER BY number")] == list(range(21, 31))
            assert (await verify.check(harness.runtime)) == verify.Verification(30, "")
            assert await archive_old(harness.runtime, KEEP) == 0
            await harness.follow()
            await replace_old_texts(harness.runtime)
            rows = await harness.sql("SELECT number, action, subject FROM audit_log ORDER BY number DESC LIMIT 2")
            assert [tuple(row) for row in rows] == [(32, "audit.archived", "20"), (31, "audit.archived", "10")]
            assert (await verify.check(harness.runtime)) == verify.Verification(32, "")
            await sign_audit_log(harness.runtime)
            await harness.follow()
            await replace_old_texts(harness.runtime)
            assert (await verify.check(harness.runtime)).fault == ""

    asyncio.run(run())


def test_nothing_is_archived_unless_the_setting_says_so_and_the_panel_shows_it(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await _history(harness, monkeypatch)
            await archive_old_rows(harness.runtime)
            assert _files(harness) == []
            await archive_old(harness.runtime, KEEP)
            await harness.person("sue", permissions=("platform.audit",))
            shown = (await panel.get("/staff/audit", by="sue")).text
            assert "Rows up to 20 are in files in the data folder. The newest file is audit-2026-02-from-11.jsonl.gz." in shown
            assert "Newest rows verified" in shown

    asyncio.run(run())


def test_the_newest_rows_and_those_with_texts_of_2_0_stay(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with harness:
            await _history(harness, monkeypatch)
            monkeypatch.setattr(archive, "STAY", 15)
            assert await archive_old(harness.runtime, KEEP) == 10, "February ends behind the rows that stay"
            monkeypatch.setattr(archive, "STAY", 3)
            await sign_audit_log(harness.runtime)
            assert await archive_old(harness.runtime, KEEP) == 0, "texts are to be replaced first"
            await replace_old_texts(harness.runtime)
            assert await archive_old(harness.runtime, KEEP) == 10
            assert not list((harness.place.folder / archive.FOLDER).glob("*.part"))

    asyncio.run(run())


def test_rows_that_were_altered_are_not_archived(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with harness:
            await _history(harness, monkeypatch)
            await tamper(harness, "UPDATE audit_log SET actor_id = 'acc_other' WHERE number = 3")
            with pytest.raises(AuditLogBroken, match="Row 3 was changed"):
                await archive_old(harness.runtime, KEEP)
            assert [path for path in _files(harness) if path.suffix != ".part"] == []
            assert len(await harness.sql("SELECT 1 FROM audit_log")) == 30

    asyncio.run(run())


def test_what_an_erased_person_wrote_is_erased_of_archived_rows_too(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with harness:
            await _history(harness, monkeypatch)
            await archive_old(harness.runtime, KEEP)
            assert len(await harness.sql("SELECT 1 FROM audit_texts WHERE number <= 20")) == 20
            past = harness.clock.now() - timedelta(hours=1)
            await harness.sql("UPDATE accounts SET erase_at = $2 WHERE id = $1", harness.people["ada"].id, past)
            await erase_due(harness.runtime)
            await harness.work()
            await harness.follow()
            await harness.work()
            assert await harness.sql("SELECT 1 FROM audit_texts") == []
            assert [verify_archive(harness.runtime, path).last for path in _files(harness)] == [10, 20]
            assert (await verify.check(harness.runtime)).fault == ""

    asyncio.run(run())


def _without_a_row(lines: list[bytes]) -> list[bytes]:
    return lines[:4] + lines[5:]


def _changed(lines: list[bytes]) -> list[bytes]:
    return [*lines[:4], lines[4].replace(b"acc_x", b"acc_y"), *lines[5:]]


def _cut(lines: list[bytes]) -> list[bytes]:
    return lines[:-1]


def _shortened(lines: list[bytes]) -> list[bytes]:
    return [*lines[:-3], lines[-1]]


def _continued(lines: list[bytes]) -> list[bytes]:
    return [*lines, lines[0]]


def _signed_by_someone_else(lines: list[bytes]) -> list[bytes]:
    return [*lines[:-1], lines[-1].replace(b'"signed":"', b'"signed":"AAAA')]


def _junk(lines: list[bytes]) -> list[bytes]:
    return [*lines[:3], b"{}"]


@pytest.mark.parametrize("change", [_without_a_row, _changed, _cut, _shortened, _continued, _signed_by_someone_else, _junk])
def test_a_file_that_was_changed_is_found(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, change: Callable[[list[bytes]], list[bytes]]
) -> None:
    async def run() -> None:
        async with harness:
            await _history(harness, monkeypatch)
            await archive_old(harness.runtime, KEEP)
            path = _files(harness)[0]
            lines = gzip.decompress(path.read_bytes()).splitlines()
            path.write_bytes(gzip.compress(b"\n".join(change(lines))))
            with pytest.raises(PhoenixError):
                verify_archive(harness.runtime, path)
            path.write_bytes(path.read_bytes()[:50])
            with pytest.raises(PhoenixError, match="cannot be read"):
                verify_archive(harness.runtime, path)

    asyncio.run(run())


def test_a_record_of_archived_rows_cannot_be_forged_to_hide_a_deletion(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with harness:
            await _history(harness, monkeypatch)
            await tamper(harness, "DELETE FROM audit_log WHERE number <= 10")
            assert (await verify.check(harness.runtime)).fault == "Row 1 is missing."
            await harness.sql(
                "INSERT INTO audit_archives SELECT number - 1, 1, previous_hash, previous_hash, 'f', now(), 's' FROM audit_log WHERE number = 11"
            )
            assert (await verify.check(harness.runtime)).fault == "The record of the archived rows is not signed by this installation."

    asyncio.run(run())


def test_the_application_cannot_delete_rows_that_are_in_no_file_or_of_the_last_month(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        async with harness:
            await _history(harness, monkeypatch)
            async with harness.runtime.database.reader() as db:
                connection = await db.connection()
                assert await connection.fetchval("SELECT trim_audit_log(1000)") == 0
                await connection.execute(
                    "INSERT INTO audit_archives SELECT 30, 1, 'x', hash, 'f', now(), 's' FROM audit_log WHERE number = 30"
                )
                with pytest.raises(asyncpg.InsufficientPrivilegeError, match="are to be kept"):
                    await connection.fetchval("SELECT trim_audit_log(1000)")
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute("DELETE FROM audit_archives")

    asyncio.run(run())


def test_the_command_verifies_a_file(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with harness:
            await _history(harness, monkeypatch)
            await archive_old(harness.runtime, KEEP)
        variables = {
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            "PHOENIX_ENVIRONMENT": "test",
            "PHOENIX_SECRET_KEY": harness.runtime.settings.secrets.key,
            "PHOENIX_DATABASE_URL": harness.place.database,
            "PHOENIX_DATA": str(harness.place.folder),
        }
        command = [sys.executable, "-m", "phoenix.commands", "audit", "verify-archive", "--file", str(_files(harness)[1])]
        done = await asyncio.to_thread(subprocess.run, command, env=variables, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, "Archive verified: rows 11 to 20.\n"), done.stderr

    asyncio.run(run())
