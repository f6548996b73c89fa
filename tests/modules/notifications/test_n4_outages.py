"""N4: while the mail server is away nothing is lost, and when it is back one email comes with all of it."""

from __future__ import annotations

import asyncio

import pytest
from tests.harness import Harness
from tests.modules.notifications.emailing import TO, later, mention_bo

from phoenix.kernel.errors import Unavailable
from phoenix.modules.notifications.actions import send
from phoenix.modules.notifications.actions.send import ABANDONED, send_due

STATES = "SELECT state, count(*) FROM notification_deliveries GROUP BY state ORDER BY state"


async def states(harness: Harness) -> dict[str, int]:
    return {row["state"]: row["count"] for row in await harness.sql(STATES)}


def test_after_an_outage_one_email_comes_and_the_next_after_ten_minutes(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(to: str, mail: object) -> None:
        raise Unavailable("The mail server refused the email.")

    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            with monkeypatch.context() as away:
                away.setattr(harness.runtime.mailer, "send", fail)
                for number in range(3):
                    await mention_bo(harness)
                    harness.clock.advance(minutes=20)
                    await send_due(harness.runtime)
                    assert await states(harness) == {"taken": 1} | ({"queued": number} if number else {})
            jobs = await harness.sql("SELECT payload FROM pgqueuer WHERE entrypoint = 'notifications.send_email'")
            assert len(jobs) == 1, "only one is on its way"
            await harness.work()
            await send_due(harness.runtime)
            await harness.work()
            assert len(harness.mails(TO)) == 1
            await later(harness)
            (second, _first) = harness.mails(TO)
            assert "2 " in second.subject or "2" in second.text
            assert await states(harness) == {"sent": 3}

    asyncio.run(run())


def test_an_email_that_was_given_up_holds_back_no_other(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await mention_bo(harness)
            await send_due(harness.runtime)
            await harness.sql("DELETE FROM pgqueuer WHERE entrypoint = 'notifications.send_email'")
            harness.clock.advance(seconds=ABANDONED.total_seconds() + 1)
            await mention_bo(harness)
            await send_due(harness.runtime)
            await harness.work()
            assert len(harness.mails(TO)) == 1
            assert await states(harness) == {"refused": 1, "sent": 1}

    asyncio.run(run())


def test_what_is_too_much_for_an_email_is_counted_in_it(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send, "MOST_IN_EMAIL", 3)
    monkeypatch.setattr(send, "MOST_SHOWN", 2)

    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            for _ in range(5):
                await mention_bo(harness)
            await harness.sql("DELETE FROM pgqueuer WHERE entrypoint = 'notifications.send_due'")
            await send_due(harness.runtime)
            await harness.work()
            (mail,) = harness.mails(TO)
            assert mail.subject == "5 notifications"
            assert "3 more" in mail.text

    asyncio.run(run())
