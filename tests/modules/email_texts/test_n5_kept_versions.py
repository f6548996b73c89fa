"""N5: the newest 50 versions are kept, each with who saved it; a copy of their data has them, and erasure leaves no name and note."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from tests.harness import Harness
from tests.modules.admin.panel import Panel
from tests.modules.email_texts.room import SUBJECT, VERIFY, said, save, staff

from phoenix.kernel.data.query import Rows
from phoenix.modules.accounts.jobs import erase_due
from phoenix.modules.email_texts import personal
from phoenix.modules.email_texts.actions.versions import MOST_VERSIONS, save_texts


def test_the_oldest_of_more_than_50_is_gone(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await staff(harness)
            for number in range(MOST_VERSIONS):
                async with harness.runtime.database.transaction() as tx:
                    texts = {SUBJECT: f"Take {number + 1}: {{code}}"}
                    await save_texts(tx, harness.people["root"].id, "sign_in/verify", "en", texts, "", shown=[number])
            assert "number=1#preview" in (await panel.get(f"{VERIFY}/en", by="root")).text
            assert (await panel.get(f"{VERIFY}/en?number=1", by="root")).status_code == 200
            assert (await save(panel, 50, {SUBJECT: "Take 51: {code}"})).status_code == 303
            page = (await panel.get(f"{VERIFY}/en", by="root")).text
            assert page.count(">Use again</button>") == MOST_VERSIONS - 1
            assert "number=1#preview" not in page
            assert "number=2#preview" in page
            for path in ("", "/seen"):
                gone = await panel.get(f"{VERIFY}/en{path}?number=1", by="root")
                assert gone.status_code == 404
            refused = await panel.post(f"{VERIFY}/en/restore", by="root", version="51", number="1")
            assert refused.status_code == 404
            assert "This version doesn&#39;t exist any more." in refused.text
            assert (await said(harness)).subject == "Take 51: 40718263"
            assert (await panel.post(f"{VERIFY}/en/restore", by="root", version="51", number="2")).status_code == 303
            assert (await said(harness)).subject == "Take 2: 40718263"
            assert await harness.sql("SELECT 1 FROM email_text_versions WHERE number < 3") == []

    asyncio.run(run())


def test_a_note_alone_is_saved(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await staff(harness)
            await save(panel, 0, {SUBJECT: "Welcome! {code}"})
            assert (await save(panel, 1, {SUBJECT: "Welcome! {code}"}, note="Agreed with legal")).status_code == 303
            assert "Agreed with legal" in (await panel.get(f"{VERIFY}/en", by="root")).text

    asyncio.run(run())


async def copy_of(harness: Harness, name: str) -> list[Any]:
    async with harness.runtime.database.reader() as db:
        found = await personal.export(db, harness.people[name].id)
        rows = found["email_texts"]
        assert isinstance(rows, Rows)
        return [row async for batch in db.batches(rows) for row in batch]


def test_what_someone_changed_is_in_the_copy_of_their_data_and_nameless_after_erasure(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await staff(harness)
            await harness.person("zora", permissions=("platform.emails",))
            await save(panel, 0, {SUBJECT: "Of root: {code}"}, note="By root")
            await save(panel, 1, {SUBJECT: "Ours: {code}"}, by="zora", note="Zora asked her sister")
            (mine,) = await copy_of(harness, "zora")
            assert (mine["number"], mine["texts"], mine["note"]) == (2, {SUBJECT: "Ours: {code}"}, "Zora asked her sister")
            assert len(await copy_of(harness, "root")) == 1
            assert "Zora" in (await panel.get(f"{VERIFY}/en", by="root")).text
            due = harness.clock.now() - timedelta(hours=1)
            await harness.sql("UPDATE accounts SET erase_at = $2 WHERE id = $1", harness.people["zora"].id, due)
            await erase_due(harness.runtime)
            await harness.work()
            page = await panel.get(f"{VERIFY}/en", by="root")
            assert page.status_code == 200
            assert "Zora" not in page.text
            assert "By root" in page.text
            assert (await said(harness)).subject == "Ours: 40718263"

    asyncio.run(run())
