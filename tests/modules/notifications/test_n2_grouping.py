"""N2: several unread notifications about the same thing are shown as one, in the inbox and in emails, and are read and archived together."""

from __future__ import annotations

import asyncio
import re

from tests.harness import Harness
from tests.modules.comments.commenting import comment, entry_of
from tests.modules.notifications.notifying import inbox, notify, unread
from tests.modules.notifications.test_n3_read_everywhere import send

from phoenix.composition import REGISTRY
from phoenix.kernel.registry.happened import holes

LINE = re.compile(
    r'<li class="notice(?P<unread> notice--unread)?" id="(?P<id>ntf_\w+)"><p class="notice__text">(?:<a [^>]*>)?(?:<bdi>)?(?P<text>[^<]+)'
)


async def lines(harness: Harness, who: str, asked: str = "") -> list[str]:
    page = (await harness.get(f"/notifications{asked}", by=who)).text
    return [found["text"].translate({0x2068: None, 0x2069: None}) for found in LINE.finditer(page)]


async def commented(harness: Harness, times: int = 3) -> str:
    """Bo's entry has so many comments by two others."""
    await harness.organisation("ember", ada="owner", bo="member", cy="member")
    entry = await entry_of(harness, "bo", title="Pump 4 {count}")
    for number in range(times):
        await comment(harness, ("ada", "cy")[number % 2], entry)
    await harness.follow()
    return entry


def test_unread_ones_about_a_thing_are_one_line_that_lists_each(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await commented(harness)
            other = await entry_of(harness, "bo", title="Valve 7")
            await notify(harness, "bo")
            await comment(harness, "ada", other)
            await harness.follow()
            assert await lines(harness, "bo") == [
                "Ada commented on “Valve 7” in Ember",
                "Ada changed your role in Ember to viewer",
                "3 new comments on “Pump 4 {count}” in Ember",
            ]
            page = (await harness.get("/notifications", by="bo")).text
            assert "Show all 3" in page
            oldest, *_, newest = [item for item in reversed(await inbox(harness, "bo")) if item["kind"] == "comments.posted"][:3]
            group = page[page.index(f'id="{newest["id"]}"') :]
            assert f'href="{oldest["link"]}" data-reads="3 2 1"' in group, "whoever opens it reads on from the oldest"
            assert oldest["subject"] in oldest["link"]
            # Clients have each by itself, and the bell counts each.
            assert await unread(harness, "bo") == 5

    asyncio.run(run())


def test_a_line_is_read_unread_and_archived_as_a_whole(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await commented(harness)
            assert await send(harness, "bo", "/notifications/read", number="3 2") == "/notifications"
            assert await unread(harness, "bo") == 1
            mixed = await lines(harness, "bo")
            assert mixed == ["2 new comments on “Pump 4 {count}” in Ember", "Ada commented on “Pump 4 {count}” in Ember"], (
                "by what was read"
            )
            await send(harness, "bo", "/notifications/unread", number="3 2")
            assert await lines(harness, "bo") == ["3 new comments on “Pump 4 {count}” in Ember"]
            newest = (await inbox(harness, "bo"))[0]["id"]
            await harness.events()
            assert await send(harness, "bo", f"/notifications/{newest}/archive", number="3 2 1 99 x ² 2") == "/notifications"
            assert await harness.events() == ["notifications.archived"]
            assert await inbox(harness, "bo") == []
            assert await unread(harness, "bo") == 0

    asyncio.run(run())


def test_the_numbers_of_someone_else_archive_nothing_of_theirs(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await commented(harness)
            await notify(harness, "cy")
            mine = (await inbox(harness, "cy"))[0]["id"]
            await send(harness, "cy", f"/notifications/{mine}/archive", number="1 2 3")
            assert len(await inbox(harness, "bo")) == 3

    asyncio.run(run())


def test_an_email_says_it_in_one_line_and_is_not_sent_again(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await commented(harness)
            for _ in range(2):
                await harness.work()
            (mail,) = harness.mails("bo@example.com")
            text = mail.text.translate({0x2068: None, 0x2069: None})
            assert "3 new comments on “Pump 4 {count}” in Ember" in mail.subject.translate({0x2068: None, 0x2069: None})
            assert text.count("in Ember") == 1
            harness.clock.advance(minutes=30)
            await harness.work()
            assert len(harness.mails("bo@example.com")) == 1

    asyncio.run(run())


def test_the_words_for_many_name_nobody_and_what_all_have_in_common() -> None:
    for kind in REGISTRY.notifications.values():
        if kind.many:
            texts = set(REGISTRY.events[kind.type.kind].texts)
            assert {"count"} <= set(holes(kind.many)) <= {"count", "organisation"} | texts
            assert kind.thing
