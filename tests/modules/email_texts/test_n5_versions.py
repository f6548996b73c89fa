"""N5: staff change the texts of emails; each save is a version, and any former one can be used again."""

from __future__ import annotations

import asyncio

from tests.harness import Harness
from tests.modules.admin.panel import Panel
from tests.modules.email_texts.room import FOOT, SUBJECT, VERIFY, said, save, staff

from phoenix.kernel.data.query import command
from phoenix.modules.email_texts.events import GENERATION

BREAK = command("UPDATE email_text_versions SET texts = '{\"a\": 1}'")
OUTDATE = command('UPDATE email_text_versions SET texts = texts || \'{"Welcome, %(nickname)s": "Old words of ours {nickname}"}\'')


def test_versions_are_used_at_once_and_former_ones_again(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await staff(harness)
            delivered = await said(harness)
            await harness.events()
            first = await save(panel, 0, {SUBJECT: "Welcome! {code}", FOOT: "50 % off & <3 nothing."}, note="Warmer")
            assert first.status_code == 303
            assert await harness.events() == ["email_texts.changed"]
            mail = await said(harness)
            assert mail.subject == "Welcome! 40718263"
            assert "50 % off & <3 nothing." in mail.text
            assert "50 % off &amp; &lt;3 nothing." in mail.html
            assert (await said(harness, "de")).subject != mail.subject
            assert (await save(panel, 1, {SUBJECT: "Hello again: {code}"})).status_code == 303
            assert (await said(harness)).subject == "Hello again: 40718263"
            await harness.events()
            assert (await panel.post(f"{VERIFY}/en/restore", by="root", version="2", number="1")).status_code == 303
            assert await harness.events() == ["email_texts.changed"]
            assert await said(harness) == mail
            page = (await panel.get(f"{VERIFY}/en", by="root")).text
            assert "as version 1" in page
            assert "Warmer" in page
            assert (await panel.post(f"{VERIFY}/en/restore", by="root", version="3", number="0")).status_code == 303
            assert await said(harness) == delivered
            assert (await panel.post(f"{VERIFY}/en/restore", by="root", version="4", number="99")).status_code == 404
            assert (await panel.post(f"{VERIFY}/en/restore", by="root", version="4")).status_code == 404

    asyncio.run(run())


def test_languages_are_apart_and_an_unchanged_form_is_no_version(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await staff(harness)
            for text, locale in (("Los geht's: {code}", "de"), ("ようこそ {code}", "ja")):
                answer = await save(panel, 0, {SUBJECT: text}, path=f"{VERIFY}/{locale}")
                assert (answer.status_code, answer.headers.get("location")) == (303, f"{VERIFY}/{locale}")
            assert (await said(harness, "de")).subject == "Los geht's: 40718263"
            assert (await said(harness, "ja")).subject == "ようこそ 40718263"
            assert (await said(harness, "en")).subject == "Confirm your address: 40718263"
            await harness.events()
            assert (await save(panel, 1, {SUBJECT: "Los geht's: {code}"}, path=f"{VERIFY}/de")).status_code == 303
            assert await harness.events() == []

    asyncio.run(run())


def test_the_second_of_two_editors_sees_it_and_loses_nothing(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await staff(harness)
            await harness.person("ada", permissions=("platform.emails", "platform.settings"))
            await save(panel, 0, {SUBJECT: "From ada: {code}"}, by="ada")
            refused = await save(panel, 0, {SUBJECT: "From root: {code}"})
            assert refused.status_code == 412
            assert "Someone else saved these texts after you opened this page." in refused.text
            assert "From root: {code}" in refused.text
            assert "Their version" in refused.text
            assert '<input type="hidden" name="version" value="1">' in refused.text
            assert (await said(harness)).subject == "From ada: 40718263"
            assert (await panel.post(f"{VERIFY}/en/restore", by="root", version="0", number="0")).status_code == 412
            assert (await save(panel, 1, {SUBJECT: "From root: {code}"})).status_code == 303

    asyncio.run(run())


def test_what_an_upgrade_changed_is_not_used_and_the_page_says_so(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await staff(harness)
            await save(panel, 0, {SUBJECT: "Welcome! {code}"})
            async with harness.runtime.database.transaction() as tx:
                await tx.execute(OUTDATE)
                tx.invalidate(GENERATION)
            mail = await said(harness)
            assert mail.subject == "Welcome! 40718263"
            assert "Old words" not in mail.html
            page = (await panel.get(f"{VERIFY}/en", by="root")).text
            assert "Some texts are outdated" in page
            assert "Old words of ours {nickname}" in page

    asyncio.run(run())


def test_a_broken_or_missing_row_stops_no_email(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await staff(harness)
            delivered = await said(harness)
            await save(panel, 0, {SUBJECT: "Welcome! {code}"})
            async with harness.runtime.database.transaction() as tx:
                await tx.execute(BREAK)
                tx.invalidate(GENERATION)
            assert await said(harness) == delivered
            assert (await panel.get(f"{VERIFY}/en", by="root")).status_code == 200

    asyncio.run(run())


def test_an_email_costs_no_query_once_the_texts_are_cached(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await staff(harness)
            await save(panel, 0, {SUBJECT: "Welcome! {code}"})
            await said(harness)
            misses = harness.runtime.cache.misses
            for locale in ("en", "de", "ja"):
                await said(harness, locale)
                await said(harness, locale, "sign_in/sign_in_code")
            assert harness.runtime.cache.misses == misses

    asyncio.run(run())
