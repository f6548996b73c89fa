"""N4: emails about notifications are ended by one click, without signing in (RFC 8058)."""

from __future__ import annotations

import asyncio

from tests.harness import Harness
from tests.modules.notifications.emailing import TO, later, mention_bo, unsubscribe_link
from tests.modules.notifications.notifying import inbox
from tests.modules.sign_in.forms import led_to, send

from phoenix.modules.notifications.actions.send import unsubscribe_link as link_of
from phoenix.modules.notifications.pages.unsubscribe import LIMIT


def test_looking_at_the_link_changes_nothing_and_one_post_ends_the_emails(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await mention_bo(harness)
            await harness.work()
            link = unsubscribe_link(harness)
            page = await harness.get(link)
            assert page.status_code == 200
            assert "Someone mentions you" in page.text
            await mention_bo(harness)
            await later(harness)
            assert len(harness.mails(TO)) == 2
            # As a mail program sends it: from elsewhere, signed in nowhere.
            sent = await harness.post(link, data={"List-Unsubscribe": "One-Click"}, headers={"Origin": "https://mail.example"})
            assert (sent.status_code, sent.text) == (204, ""), "mail programs follow no redirect"
            await mention_bo(harness)
            await later(harness)
            assert len(harness.mails(TO)) == 2
            assert len(await inbox(harness, "bo")) == 3

    asyncio.run(run())


def test_the_button_of_the_page_ends_them_as_well(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await harness.organisation("ember", ada="owner", bo="member")
            await mention_bo(harness)
            await harness.work()
            answer = await send(browser, await browser.get(unsubscribe_link(harness)))
            assert "no more emails" in (await browser.get(led_to(answer))).text
            assert len(await harness.sql("SELECT FROM notification_preferences")) == 1

    asyncio.run(run())


def test_one_provider_ends_emails_for_many_people_and_of_a_kind_that_is_gone_nothing(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            bo = harness.people["bo"].id
            gone = link_of(harness.runtime, bo, "modules.gone").removeprefix(harness.runtime.settings.public_url)
            for _ in range(LIMIT.amount):
                assert (await harness.post(gone, data={})).status_code == 204
            assert await harness.sql("SELECT FROM notification_preferences") == [], "the others stay on"
            assert (await harness.post(gone, data={})).status_code == 429
            everything = link_of(harness.runtime, bo, "").removeprefix(harness.runtime.settings.public_url)
            assert (await harness.post(everything, data={})).status_code == 204, "of another link, from the same address"
            kinds = {row["kind"] for row in await harness.sql("SELECT kind FROM notification_preferences")}
            assert kinds == set(harness.registry.optional_notifications)

    asyncio.run(run())


def test_a_link_that_was_changed_ends_nothing(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await mention_bo(harness)
            await harness.work()
            link = unsubscribe_link(harness)
            for wrong in (link[:-2], link[:-1] + "x", f"{link}x", "/notifications/unsubscribe/x"):
                assert (await harness.get(wrong)).status_code == 404
                assert (await harness.post(wrong, data={})).status_code == 404
            assert await harness.sql("SELECT FROM notification_preferences") == []

    asyncio.run(run())
