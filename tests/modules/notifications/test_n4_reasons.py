"""N4: the delivery log says of each notification what became of it, and why, also where several were sent as one."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.harness import Harness
from tests.modules.comments.commenting import comment, entry_of, mention
from tests.modules.notifications.emailing import TO
from tests.modules.notifications.emailing import mention_bo as mention_only
from tests.modules.notifications.notifying import notify
from tests.modules.notifications.test_n4_delivery_log import LOG, log
from tests.modules.push.pushing import answered, due, mention_bo, pushing, states, turn_on, turn_on_elsewhere

from phoenix.modules.notifications.actions import send
from phoenix.modules.notifications.deliveries import REASONS

ROLE = "organisations.role_changed"


def test_what_an_email_only_counted_was_sent_in_it(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send, "MOST_IN_EMAIL", 3)

    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            for _ in range(5):
                await mention_only(harness)
            await harness.work()
            assert [mail.subject for mail in harness.mails(TO)] == ["5 notifications"]
            assert {(one["state"], one["reason"], one["attempts"]) for one in await log(harness)} == {("sent", None, 1)}
            assert REASONS["not_wanted"] not in (await harness.get(LOG, by="bo")).text

    asyncio.run(run())


def test_what_waited_while_something_urgent_was_sent_was_kept_by_the_quiet_hours(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with harness, pushing(harness) as service:
            await harness.organisation("ember", ada="owner", bo="member")
            await turn_on(harness, "bo")
            now = harness.clock.now()
            quiet = {"quiet_from": f"{now:%H:%M}", "quiet_until": f"{now + timedelta(hours=2):%H:%M}"}
            assert (await harness.put("/api/v2/notification_preferences", by="bo", json=quiet)).status_code == 200
            monkeypatch.setitem(harness.registry.notifications, ROLE, replace(harness.registry.notifications[ROLE], urgent=True))
            await comment(harness, "ada", await entry_of(harness), mention(harness, "bo"))
            await notify(harness, "bo")
            await harness.work()
            assert len(service.came) == 1
            assert await states(harness) == [("dropped", "quiet"), ("sent", None)]
            assert REASONS["quiet"] in (await harness.get(LOG, by="bo")).text

    asyncio.run(run())


@pytest.mark.parametrize(("failing", "attempts"), [(0, 1), (1, 2), (2, 2)])
def test_several_browsers_at_once_are_one_attempt(harness: Harness, failing: int, attempts: int) -> None:
    async def run() -> None:
        async with harness, pushing(harness) as service:
            await harness.organisation("ember", ada="owner", bo="member")
            await turn_on(harness, "bo")
            await turn_on_elsewhere(harness, "bo")
            service.answers = [answered(503) for _ in range(failing)]
            await mention_bo(harness)
            harness.clock.advance(hours=1)
            await due(harness)
            assert len(service.came) == 2 + failing
            assert [(one["state"], one["attempts"]) for one in await log(harness) if one["channel"] == "push"] == [("sent", attempts)]
            assert ("Tried 2 times" in (await harness.get(LOG, by="bo")).text) == (attempts == 2)

    asyncio.run(run())
