"""Copies of an organisation: of what is large, by two runs of the job, without naming staff, and announced only to whoever can download them."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile

import pytest
from tests.harness import Harness
from tests.modules.admin.panel import Panel
from tests.modules.organisations.deleting import close, sign_in_again

from phoenix.kernel import archives
from phoenix.modules.organisations.actions import copies
from phoenix.modules.organisations.jobs import forget_old
from phoenix.modules.organisations.queries.copies import EXPORT

MANY = """
    INSERT INTO entries (id, organisation_id, author_id, title, body, occurred_at, time_zone, created_at, updated_at)
    SELECT 'ent_' || lpad(n::text, 26, '0'), $1, $2, 'Entry ' || n, md5(n::text), now(), 'UTC', now(), now() FROM generate_series(1, 200) AS n
"""


async def asked(harness: Harness, *, by: str = "ada") -> str:
    made = await harness.post(f"/api/v2/organisations/{harness.organisations['ember']}/exports", by=by)
    assert made.status_code == 202, made.text
    return str(made.json()["id"])


async def downloaded(harness: Harness, export: str) -> dict[str, str]:
    answer = await harness.get(f"/api/v2/organisations/{harness.organisations['ember']}/exports/{export}/archive", by="ada")
    assert answer.status_code == 200
    assert answer.headers["content-length"] == str(len(answer.content))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name).decode() for name in packed.namelist()}


def test_two_runs_make_one_copy_of_several_chunks(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job runs at least once: what the slower run wrote is gone, and one email says that the copy is ready."""
    monkeypatch.setattr(archives, "CHUNK_BYTES", 1000)

    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            await harness.sql(MANY, ember, harness.people["ada"].id)
            export = await asked(harness)
            async with harness.runtime.database.reader() as db:
                found = await db.one(EXPORT, export)
            await asyncio.gather(*(copies.make_copy(harness.runtime, found) for _ in range(2)))
            await harness.work()
            assert len(harness.mails("ada@example.com")) == 1
            entries = json.loads((await downloaded(harness, export))["entries.json"])["entries"]
            assert len(entries) == 200
            runs = await harness.sql("SELECT run, count(*) AS chunks FROM organisation_export_chunks GROUP BY run")
            assert [row["chunks"] > 1 for row in runs] == [True]
            harness.clock.advance(days=7)
            await forget_old(harness.runtime)
            assert await harness.sql("SELECT 1 FROM organisation_exports UNION ALL SELECT 1 FROM organisation_export_chunks") == []

    asyncio.run(run())


def test_the_copy_does_not_say_who_of_the_staff_acted(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            ember = await harness.organisation("ember", ada="owner")
            root = await harness.person("root", permissions=("platform.organisations", "platform.owners"))
            await close(harness, ember)
            sent = {"reason_to_cancel": "Its owner asked us by telephone, ticket 4711."}
            assert (await panel.post(f"/staff/organisations/{ember}/deletion/cancel", by="root", **sent)).status_code == 303
            export = await asked(harness)
            await harness.work()
            parts = await downloaded(harness, export)
            activity = {one["kind"]: one["actor"] for one in json.loads(parts["activity.json"])["activity"]}
            assert activity == {
                "organisations.deletion_scheduled": harness.people["ada"].id,
                "organisations.deletion_cancelled_by_staff": None,
            }
            whole = "".join(parts.values())
            assert (root.id in whole, "Root" in whole, "4711" in whole) == (False, False, False)

    asyncio.run(run())


def test_whoever_is_no_longer_an_owner_is_not_told_of_their_copy(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", ann="owner")
            export = await asked(harness, by="ann")
            path = f"/api/v2/organisations/{ember}/members/{harness.people['ann'].id}"
            assert (await harness.patch(path, by="ada", json={"role": "viewer"})).status_code == 204
            await harness.work()
            assert [mail.to for mail in harness.mails() if "copy" in mail.text] == []
            # The other owners can download it.
            assert "README.txt" in await downloaded(harness, export)

    asyncio.run(run())


def test_three_copies_a_day_are_made_also_while_it_is_closing(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            await close(harness, ember)
            for _ in range(3):
                await asked(harness)
            refused = await harness.post(f"/api/v2/organisations/{ember}/exports", by="ada")
            assert refused.status_code == 429
            harness.clock.advance(days=1)
            await sign_in_again(harness, "ada")
            await asked(harness)

    asyncio.run(run())
