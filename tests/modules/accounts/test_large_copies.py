"""A copy of a lot of data: read by a cursor, written to a file, saved and downloaded in chunks; memory holds little of it at any time."""

from __future__ import annotations

import asyncio
import io
import json
import tracemalloc
import zipfile
from typing import Any

import pytest
from tests.harness import Harness

from phoenix.kernel import archives
from phoenix.kernel.archives import CHUNK_BYTES
from phoenix.kernel.data import database
from phoenix.kernel.data.database import Reader
from phoenix.kernel.data.query import Rows
from phoenix.modules.accounts.actions import export_data
from phoenix.modules.accounts.queries import personal
from phoenix.modules.entries.queries import OF_AUTHOR

ROWS = 100_000
MOST_BYTES = 64 * 1024 * 1024
MANY = """
    INSERT INTO entries (id, organisation_id, author_id, title, body, occurred_at, time_zone, created_at, updated_at)
    SELECT 'ent_' || lpad(n::text, 26, '0'), $1, $2, 'Entry ' || n, md5(n::text) || repeat(' what was written', 20), now(), 'UTC', now(), now()
      FROM generate_series(1, $3) AS n
"""


async def _copy(harness: Harness) -> tuple[str, bytes]:
    export = (await harness.post("/api/v2/exports", by="ada")).json()["id"]
    await harness.work()
    answer = await harness.get(f"/api/v2/exports/{export}/archive", by="ada")
    assert answer.headers["content-length"] == str(len(answer.content))
    return export, answer.content


def _entries(archive: bytes) -> list[dict[str, Any]]:
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        assert packed.testzip() is None
        found: list[dict[str, Any]] = json.loads(packed.read("entries.json"))["entries"]
        return found


def test_a_copy_of_very_many_rows_takes_little_memory(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[int] = []
    batches = Reader.batches

    async def counted(self: Reader, rows: Any) -> Any:
        async for batch in batches(self, rows):
            held.append(len(batch))
            yield batch

    monkeypatch.setattr(Reader, "batches", counted)

    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            await harness.sql(MANY, ember, harness.people["ada"].id, ROWS)
            await harness.sql("ANALYZE entries")
            export = (await harness.post("/api/v2/exports", by="ada")).json()["id"]
            tracemalloc.start()
            try:
                await harness.work()
                peak = tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()
            assert peak < MOST_BYTES
            assert sum(held) >= ROWS
            assert max(held) == database.BATCH
            stored = await harness.sql("SELECT count(*), max(length(data)) AS most FROM export_chunks")
            assert stored[0]["count"] > 1
            assert stored[0]["most"] == CHUNK_BYTES
            content = (await harness.get(f"/api/v2/exports/{export}/archive", by="ada")).content
            found = _entries(content)
            assert [found[0]["title"], found[-1]["title"], len(found)] == ["Entry 1", f"Entry {ROWS}", ROWS]

    asyncio.run(run())


def test_a_small_copy_stays_where_code_of_2_0_reads_it(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            await harness.sql(MANY, ember, harness.people["ada"].id, 250)
            export, content = await _copy(harness)
            assert len(_entries(content)) == 250
            row = (await harness.sql("SELECT archive FROM exports WHERE id = $1", export))[0]
            assert row["archive"] == content
            assert await harness.sql("SELECT 1 FROM export_chunks") == []

    asyncio.run(run())


def test_what_two_runs_wrote_is_never_mixed_and_goes_with_the_copy(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job runs at least once: one that was interrupted leaves chunks, and another may run beside it."""
    monkeypatch.setattr(archives, "CHUNK_BYTES", 1000)

    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            await harness.sql(MANY, ember, harness.people["ada"].id, 50)
            export = (await harness.post("/api/v2/exports", by="ada")).json()["id"]
            await harness.sql("INSERT INTO export_chunks VALUES ($1, 'run_before', 0, 'left')", export)
            async with harness.runtime.database.reader() as db:
                found = await db.one(personal.EXPORT, export)
            await asyncio.gather(*(export_data.make_archive(harness.runtime, found) for _ in range(2)))
            await harness.work()
            assert len(harness.mails("ada@example.com")) == 1
            answer = await harness.get(f"/api/v2/exports/{export}/archive", by="ada")
            assert len(_entries(answer.content)) == 50
            # What the slower run wrote is gone; what one left that was interrupted goes with the copy.
            assert len(await harness.sql("SELECT DISTINCT run FROM export_chunks WHERE run <> 'run_before'")) == 1
            harness.clock.advance(days=8)
            async with harness.runtime.database.transaction() as tx:
                await tx.execute(personal.FORGET_OLD_EXPORTS, tx.now)
            assert await harness.sql("SELECT 1 FROM export_chunks") == []

    asyncio.run(run())


def test_a_cursor_that_is_left_early_leaves_no_transaction_open(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            await harness.sql(MANY, ember, harness.people["ada"].id, 250)
            rows = Rows(OF_AUTHOR, (harness.people["ada"].id,))
            async with harness.runtime.database.reader() as db:
                batches = db.batches(rows)
                assert len(await anext(batches)) == database.BATCH
                assert (await db.connection()).is_in_transaction()
                await batches.aclose()
                assert not (await db.connection()).is_in_transaction()
            async with harness.runtime.database.transaction() as tx:
                assert sum([len(batch) async for batch in tx.batches(rows)]) == 250

    asyncio.run(run())
