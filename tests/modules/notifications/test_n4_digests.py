"""N3 and N4: however many are due at the same instant, each person gets one email; and what was not sent holds back none."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from tests.harness import Harness
from tests.modules.comments.commenting import comment, entry_of, mention
from tests.modules.notifications.emailing import TO, mention_bo
from tests.waiting import until

from phoenix.kernel.errors import PermanentFailure
from phoenix.modules.notifications import choices
from phoenix.modules.notifications.actions import send
from phoenix.modules.notifications.actions.send import APART, send_due

PEOPLE = ("bo", "cy", "di")
WAITING = """
    SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
     WHERE l.locktype = 'advisory' AND NOT l.granted AND d.datname = current_database()
"""


async def is_due(harness: Harness) -> None:
    """What the schedule does every minute."""
    await send_due(harness.runtime)
    await harness.work()


@pytest.mark.parametrize("how", ["a digest", "quiet hours"])
def test_what_is_due_at_the_same_instant_is_one_email_to_each_person(harness: Harness, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """Fewer are taken at once than one person has, and the first ones are of several people."""
    monkeypatch.setattr(send, "MOST_AT_ONCE", 2)

    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", **dict.fromkeys(PEOPLE, "member"))
            now = harness.clock.now()
            quiet = {"quiet_from": f"{now - timedelta(hours=1):%H:%M}", "quiet_until": f"{now + timedelta(hours=8):%H:%M}"}
            for who in PEOPLE:
                schedule = {"digest": "daily"} if how == "a digest" else quiet
                assert (await harness.put("/api/v2/notification_preferences", by=who, json=schedule)).status_code == 200
            for _ in range(4):
                await comment(harness, "ada", await entry_of(harness), mention(harness, *PEOPLE))
            await harness.follow()
            (due,) = {row["due_at"] for row in await harness.sql("SELECT due_at FROM notification_deliveries")}
            harness.clock.advance(seconds=(due - now).total_seconds() - 1)
            await is_due(harness)
            assert [harness.mails(f"{who}@example.com") for who in PEOPLE] == [[], [], []]
            harness.clock.advance(seconds=2)
            for _ in range(3):
                await is_due(harness)
                harness.clock.advance(seconds=APART.total_seconds() + 1)
            assert [[mail.subject for mail in harness.mails(f"{who}@example.com")] for who in PEOPLE] == [["4 notifications"]] * 3
            assert {row["state"] for row in await harness.sql("SELECT state FROM notification_deliveries")} == {"sent"}

    asyncio.run(run())


@pytest.mark.parametrize("how", ["read", "refused"])
def test_an_email_that_was_not_sent_holds_back_no_other(harness: Harness, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    async def refuse(to: str, mail: object) -> None:
        raise PermanentFailure("The mail server permanently refused the email (code 550).")

    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await mention_bo(harness)
            if how == "read":
                await harness.post("/api/v2/notifications/read", by="bo", json={"through": 1})
                await harness.work()
            else:
                with monkeypatch.context() as refusing:
                    refusing.setattr(harness.runtime.mailer, "send", refuse)
                    with pytest.raises(PermanentFailure):
                        await harness.work()
            assert harness.mails(TO) == []
            harness.clock.advance(minutes=1)
            await mention_bo(harness)
            await is_due(harness)
            assert len(harness.mails(TO)) == 1, "none was sent in the last ten minutes"
            await mention_bo(harness)
            await is_due(harness)
            assert len(harness.mails(TO)) == 1, "now one was"

    asyncio.run(run())


def test_two_workers_that_take_at_once_share_what_is_due_to_nobody(harness: Harness) -> None:
    """One has chosen a person by their first notification, and has not taken the others yet."""

    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            for _ in range(3):
                await mention_bo(harness)
            async with harness.runtime.database.transaction() as tx:
                await tx.execute(choices.TAKE_TURNS)
                connection = await tx.connection()
                await connection.execute("SELECT FROM notification_deliveries WHERE number = 1 FOR UPDATE")
                other = asyncio.create_task(send_due(harness.runtime))

                async def is_seen() -> bool:
                    return other.done() or bool(await harness.sql(WAITING))

                await until(is_seen)
            await other
            await harness.work()
            assert [mail.subject for mail in harness.mails(TO)] == ["3 notifications"]
            assert len(await harness.sql("SELECT DISTINCT batch FROM notification_deliveries")) == 1

    asyncio.run(run())
