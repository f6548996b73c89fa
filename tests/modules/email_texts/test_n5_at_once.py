"""N5: what two people, or two presses, do at the same moment."""

from __future__ import annotations

import asyncio
import re

from tests.harness import Harness
from tests.modules.admin.panel import Panel
from tests.modules.email_texts.room import SUBJECT, VERIFY, said, save, staff

from phoenix.kernel.web.csrf import token_for


def test_a_second_press_sends_no_second_test(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await staff(harness)
            sent = {"by": "root", "csrf": token_for(harness.runtime, harness.people["root"].id)}
            await harness.events()
            answers = await asyncio.gather(*(panel.post(f"{VERIFY}/en/test", **sent) for _ in range(4)))
            assert {(each.status_code, each.headers["location"]) for each in answers} == {(303, f"{VERIFY}/en#preview")}
            # The same page again, from the history of the browser.
            harness.clock.advance(minutes=30)
            panel.forget_session("root")
            assert (await panel.post(f"{VERIFY}/en/test", **sent)).status_code == 303
            assert len(harness.mails()) == 1
            assert await harness.events() == ["email_texts.test_sent"]
            # Another page is another test.
            assert (await panel.post(f"{VERIFY}/en/test", by="root")).status_code == 303
            assert len(harness.mails()) == 2

    asyncio.run(run())


def test_a_test_leads_back_to_what_was_previewed(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await staff(harness)
            shown = (await save(panel, 0, {SUBJECT: "Look: {code}"}, path=f"{VERIFY}/en/preview")).headers["location"]
            token = shown.partition("unsaved=")[2].partition("#")[0]
            answer = await panel.post(f"{VERIFY}/en/test?view=dark&unsaved={token}", by="root")
            assert answer.headers["location"] == f"{VERIFY}/en?view=dark&unsaved={token}#preview"
            assert harness.mails()[0].subject == "Test: Look: 40718263"
            assert (await panel.post(f"{VERIFY}/en/test?unsaved=gone", by="root")).status_code == 404
            assert len(harness.mails()) == 1

    asyncio.run(run())


def test_one_of_two_who_save_at_once_sees_what_the_other_saved(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await staff(harness)
            await harness.person("ada", permissions=("platform.emails",))
            for by in ("root", "ada"):
                await panel.session(by)
            await harness.events()
            answers = await asyncio.gather(*(save(panel, 0, {SUBJECT: f"From {by}: {{code}}"}, by=by) for by in ("root", "ada")))
            assert sorted(each.status_code for each in answers) == [303, 412]
            assert await harness.events() == ["email_texts.changed"]
            # What differs is marked.
            (refused,) = (re.sub("<[^>]+>", "", each.text) for each in answers if each.status_code == 412)
            assert "From root: {code}" in refused
            assert "From ada: {code}" in refused

    asyncio.run(run())


def test_a_former_version_does_not_replace_what_was_saved_meanwhile(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await staff(harness)
            await save(panel, 0, {SUBJECT: "First: {code}"})
            await save(panel, 1, {SUBJECT: "Second: {code}"})
            both = await asyncio.gather(
                save(panel, 2, {SUBJECT: "Third: {code}"}), panel.post(f"{VERIFY}/en/restore", by="root", version="2", number="1")
            )
            assert sorted(each.status_code for each in both) == [303, 412]
            assert (await said(harness)).subject == ("Third: 40718263" if both[0].status_code == 303 else "First: 40718263")
            refused = await panel.post(f"{VERIFY}/en/restore", by="root", version="2", number="0")
            assert refused.status_code == 412
            assert "Look at their version, then choose again." in refused.text
            # The buttons of the page that says so are about what it shows.
            assert '<input type="hidden" name="version" value="3"><input type="hidden" name="number" value="0">' in refused.text
            assert (await panel.post(f"{VERIFY}/en/restore", by="root", version="3", number="0")).status_code == 303
            assert (await said(harness)).subject == "Confirm your address: 40718263"

    asyncio.run(run())
