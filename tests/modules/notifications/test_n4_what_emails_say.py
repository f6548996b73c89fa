"""N4: emails about notifications count each of them, and end no sentence in the way of another language."""

from __future__ import annotations

import asyncio
import html

import pytest
from tests.harness import Harness
from tests.modules.admin.panel import Panel
from tests.modules.comments.commenting import comment, entry_of, mention
from tests.modules.notifications.emailing import TO, mention_bo

from phoenix.modules.notifications.actions import send

PREVIEWED = {"de": ("2 Benachrichtigungen", "hat dich"), "ja": ("2件の通知", "メンションされました")}


async def mention_bo_twice_on(harness: Harness, entry: str) -> None:
    for _ in range(2):
        await comment(harness, "ada", entry, mention(harness, "bo"))


def test_the_subject_counts_notifications_and_not_lines(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await mention_bo_twice_on(harness, await entry_of(harness))
            await mention_bo(harness)
            await harness.work()
            (mail,) = harness.mails(TO)
            assert mail.subject == "3 notifications"
            assert mail.text.count("You were notified because") == 2, "two are one line"

    asyncio.run(run())


def test_what_is_not_shown_is_counted_one_by_one(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send, "MOST_SHOWN", 1)
    monkeypatch.setattr(send, "MOST_IN_EMAIL", 4)

    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            # One that is not even read, two that are one line too many, and one that is shown.
            await mention_bo(harness)
            await mention_bo(harness)
            await mention_bo_twice_on(harness, await entry_of(harness))
            await mention_bo(harness)
            await harness.work()
            (mail,) = harness.mails(TO)
            assert mail.subject == "5 notifications"
            assert "And 4 more." in mail.text

    asyncio.run(run())


def test_one_line_that_stands_for_all_is_the_subject(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await mention_bo_twice_on(harness, await entry_of(harness))
            await harness.follow()
            await harness.work()
            (mail,) = harness.mails(TO)
            assert mail.subject == "2 comments on “Pump 4” in Ember mention you"

    asyncio.run(run())


@pytest.mark.parametrize("locale", ["en", "de", "ja"])
def test_no_full_stop_is_put_after_a_sentence_of_another_language(harness: Harness, locale: str) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await harness.sql("UPDATE accounts SET locale = $1", locale)
            await mention_bo(harness)
            await harness.work()
            (mail,) = harness.mails(TO)
            lines = mail.text.splitlines()
            why = next(number for number, line in enumerate(lines) if line.startswith("http")) - 1
            summary = lines[why - 1]
            assert "Ada" in summary
            assert summary[-1] not in ".。"
            assert lines[why][-1] == ("。" if locale == "ja" else ".")
            assert f"{summary}." not in html.unescape(mail.html)

    asyncio.run(run())


@pytest.mark.parametrize("locale", PREVIEWED)
def test_the_preview_is_in_its_language(harness: Harness, locale: str) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("root", permissions=("platform.emails", "platform.settings"))
            place = f"/staff/emails/notifications/notifications/texts/{locale}"
            subject, said = PREVIEWED[locale]
            assert f'<strong lang="{locale}">{subject}</strong>' in (await panel.get(place, by="root")).text
            seen = html.unescape((await panel.get(f"{place}/seen", by="root")).text)
            assert said in seen
            for english in ("mentioned you in", "notifications</", "accepted your", "You were notified"):
                assert english not in seen, english

    asyncio.run(run())
