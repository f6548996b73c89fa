"""N5: how many versions of texts are kept, whose they are, and what is sent if they cannot be read."""

from __future__ import annotations

import asyncio
import json

import pytest
from tests.harness import Harness
from tests.logs import logging_of
from tests.modules.admin.panel import Panel
from tests.modules.email_texts.room import SUBJECT, VERIFY, said, save, staff

from phoenix.composition import REGISTRY
from phoenix.kernel.data.query import command
from phoenix.modules.email_texts.actions import versions
from phoenix.modules.email_texts.events import GENERATION
from phoenix.settings import LogSettings

NOTHING = command("UPDATE email_text_versions SET note = note")


def test_the_oldest_version_goes_when_there_are_too_many(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "MOST_VERSIONS", 3)

    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await staff(harness)
            for number in range(5):
                assert (await save(panel, number, {SUBJECT: f"No. {number + 1}: {{code}}"})).status_code == 303
            kept = await harness.sql("SELECT number FROM email_text_versions ORDER BY number")
            assert [row["number"] for row in kept] == [3, 4, 5]
            page = (await panel.get(f"{VERIFY}/en", by="root")).text
            assert ("Version 3" in page, "Version 2" in page) == (True, False)
            gone = await panel.post(f"{VERIFY}/en/restore", by="root", version="5", number="2")
            assert gone.status_code == 404
            assert "This version doesn&#39;t exist any more." in gone.text
            assert (await said(harness)).subject == "No. 5: 40718263"

    asyncio.run(run())


def test_versions_are_in_the_copy_of_their_editors_data_and_lose_their_notes_with_the_account(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await staff(harness)
            await harness.person("ada", permissions=("platform.emails", "platform.settings"))
            await save(panel, 0, {SUBJECT: "Root's: {code}"}, note="Root's note")
            await save(panel, 1, {SUBJECT: "Ada's: {code}"}, by="ada", note="Ada's note")
            personal = next(module.personal for module in REGISTRY.modules if module.name == "email_texts")
            assert personal is not None
            assert personal.export is not None
            ada = harness.people["ada"].id
            async with harness.runtime.database.transaction() as tx:
                copy = await personal.export(tx, ada)
                found = await tx.all(copy["email_texts"].query, *copy["email_texts"].arguments)
                assert [(one["note"], one["texts"]) for one in found] == [("Ada's note", {SUBJECT: "Ada's: {code}"})]
                for _ in range(2):
                    await personal.erase(tx, ada)
            assert (await said(harness)).subject == "Ada's: 40718263"
            rows = await harness.sql("SELECT note FROM email_text_versions ORDER BY number")
            assert [row["note"] for row in rows] == ["Root's note", ""]

    asyncio.run(run())


def test_texts_that_cannot_be_read_stop_no_email(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await staff(harness)
            await save(panel, 0, {SUBJECT: "Welcome! {code}"})
            async with harness.runtime.database.transaction() as tx:
                await tx.execute(NOTHING)
                tx.invalidate(GENERATION)
            await harness.sql("ALTER TABLE email_text_versions RENAME TO email_text_versions_away")
            with logging_of(LogSettings(level="info")) as lines:
                assert (await said(harness)).subject == "Confirm your address: 40718263"
            assert [line["event"] for line in map(json.loads, lines.getvalue().splitlines()) if line["level"] == "error"] == [
                "email_texts_not_read"
            ]
            await harness.sql("ALTER TABLE email_text_versions_away RENAME TO email_text_versions")
            assert (await said(harness)).subject == "Welcome! 40718263"

    asyncio.run(run())
