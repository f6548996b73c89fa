"""N3: someone whose time zone this machine does not know, since it was renamed, is notified by the clock of UTC, and stops nobody else's."""

from __future__ import annotations

import asyncio

from tests.harness import Harness
from tests.modules.comments.commenting import comment, entry_of, mention
from tests.modules.notifications.emailing import TO
from tests.modules.notifications.notifying import inbox
from tests.modules.push.pushing import pushing, turn_on

from phoenix.modules.notifications.actions.send import send_due

FORMER = "US/Pacific-New"


async def mentioned(harness: Harness) -> None:
    """Someone of a former zone who wants a digest and quiet hours is mentioned, and then someone else."""
    await harness.organisation("ember", ada="owner", bo="member", cy="member")
    schedule = {"digest": "daily", "hour": 8, "quiet_from": "22:00", "quiet_until": "07:00"}
    assert (await harness.put("/api/v2/notification_preferences", by="bo", json=schedule)).status_code == 200
    await harness.sql("UPDATE accounts SET time_zone = $2 WHERE id = $1", harness.people["bo"].id, FORMER)
    for who in ("bo", "cy"):
        await comment(harness, "ada", await entry_of(harness), mention(harness, who))
    await harness.follow()


def test_everyone_is_notified_and_the_digest_comes_at_the_hour_of_utc(harness: Harness) -> None:
    async def run() -> None:
        async with harness, pushing(harness) as service:
            await harness.person("bo")
            await turn_on(harness, "bo")
            await mentioned(harness)
            assert [len(await inbox(harness, who)) for who in ("bo", "cy")] == [1, 1]
            await harness.work()
            assert (len(harness.mails("cy@example.com")), harness.mails(TO), len(service.came)) == (1, [], 1)
            (due,) = await harness.sql("SELECT due_at FROM notification_deliveries WHERE state = 'queued'")
            assert (due["due_at"].hour, due["due_at"] > harness.clock.now()) == (8, True)
            harness.clock.advance(hours=24)
            await send_due(harness.runtime)
            await harness.work()
            assert len(harness.mails(TO)) == 1
            for page in ("/notifications", "/settings/notifications", "/settings/notifications/deliveries"):
                assert (await harness.get(page, by="bo")).status_code == 200, page

    asyncio.run(run())
