"""N3: a link to a comment shows it, also where so many came after it that the first page no longer holds it."""

from __future__ import annotations

import asyncio
import re

from tests.harness import Harness
from tests.modules.comments.commenting import comment, entry_of
from tests.modules.notifications.notifying import inbox

from phoenix.modules.comments.pages import PAGE_SIZE

SHOWN = re.compile(r'<li class="comment" id="(com_\w+)">')


def test_whoever_opens_a_notification_reads_on_from_its_comment(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            entry = await entry_of(harness, "bo")
            made = [(await comment(harness, "ada", entry))["id"] for _ in range(2 * PAGE_SIZE + 5)]
            await harness.follow()
            oldest = (await inbox(harness, "bo", "?limit=100"))[-1]
            assert oldest["subject"] == made[0]
            for asked, first in ((made[0], 0), (made[7], 7), (made[-PAGE_SIZE - 1], PAGE_SIZE + 4), (made[-PAGE_SIZE], PAGE_SIZE + 5)):
                page = (await harness.get(f"/o/ember/entries/{entry}?comment={asked}", by="bo")).text
                shown = SHOWN.findall(page)
                assert shown == made[first : first + PAGE_SIZE]
                assert asked in shown
                assert ("Show the latest comments" in page) == (first + PAGE_SIZE < len(made))
                assert ("Show earlier comments" in page) == (first > 0)
            assert oldest["link"] == f"/o/ember/comments/{made[0]}"
            led = await harness.get(oldest["link"], by="bo")
            assert (led.status_code, led.headers["location"]) == (303, f"/o/ember/entries/{entry}?comment={made[0]}#{made[0]}")

    asyncio.run(run())


def test_what_names_no_comment_here_shows_the_latest(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            entry, other = await entry_of(harness), await entry_of(harness)
            made = [(await comment(harness, "ada", entry))["id"] for _ in range(PAGE_SIZE + 1)]
            elsewhere = (await comment(harness, "ada", other))["id"]
            for asked in ("", "com_gone", "%00", "x" * 500, elsewhere, f"{made[0]}%27"):
                answer = await harness.get(f"/o/ember/entries/{entry}?comment={asked}", by="bo")
                assert (answer.status_code, SHOWN.findall(answer.text)) == (200, made[1:]), asked
            await harness.organisation("birch", eve="owner")
            foreign = (await comment(harness, "eve", await entry_of(harness, "eve", organisation="birch")))["id"]
            for who, asked in (("bo", "com_gone"), ("bo", "%00"), ("bo", foreign), ("eve", made[0])):
                assert (await harness.get(f"/o/ember/comments/{asked}", by=who)).status_code == 404, (who, asked)

    asyncio.run(run())
