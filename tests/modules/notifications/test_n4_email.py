"""N4: notifications by email: once each, not those that were read, and ended by one click (RFC 8058)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from tests.harness import Harness
from tests.modules.comments.commenting import comment, entry_of, mention
from tests.modules.notifications.emailing import TO, later, mention_bo
from tests.modules.notifications.notifying import inbox

from phoenix.composition import REGISTRY
from phoenix.kernel.email.mailer import EMAIL_ATTEMPTS
from phoenix.kernel.errors import PermanentFailure, Unavailable
from phoenix.modules.notifications.actions.choose import unsubscribe
from phoenix.modules.notifications.actions.send import SEND_DUE, send_due
from phoenix.modules.sms.actions.number import SEND_CODE


def test_a_mention_is_sent_once_with_its_reason_and_where_it_leads(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await mention_bo(harness)
            for _ in range(2):
                await harness.work()
                await harness.follow()
            (mail,) = harness.mails(TO)
            (item,) = await inbox(harness, "bo")
            # What people wrote is isolated, so that it cannot turn the text around it.
            assert mail.subject.strip("\u2068\u2069") == item["summary"]
            for said in (item["summary"], item["why"], f"http://phoenix.test{item['link']}", "/settings/notifications"):
                assert said in mail.text

    asyncio.run(run())


def test_what_was_read_before_it_is_due_is_not_sent(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await mention_bo(harness)
            await harness.post("/api/v2/notifications/read", by="bo", json={"through": 1})
            await harness.work()
            assert harness.mails(TO) == []
            assert [row["state"] for row in await harness.sql("SELECT state FROM notification_deliveries")] == ["dropped"]

    asyncio.run(run())


def test_an_email_that_could_not_be_sent_is_sent_later_and_none_is_lost(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await mention_bo(harness)
            send = harness.runtime.mailer.send

            async def fail(to: str, mail: object) -> None:
                raise Unavailable("The mail server refused the email.")

            monkeypatch.setattr(harness.runtime.mailer, "send", fail)
            rows = await harness.sql("SELECT payload FROM pgqueuer WHERE entrypoint = 'notifications.send_due'")
            await harness.registry.jobs["notifications.send_due"].run_encoded(harness.runtime, rows[0]["payload"])
            (job,) = await harness.sql("SELECT payload FROM pgqueuer WHERE entrypoint = 'notifications.send_email'")
            with pytest.raises(Unavailable):
                await harness.registry.jobs["notifications.send_email"].run_encoded(harness.runtime, job["payload"])
            assert [row["state"] for row in await harness.sql("SELECT state FROM notification_deliveries")] == ["taken"]
            monkeypatch.setattr(harness.runtime.mailer, "send", send)
            await harness.work()
            assert len(harness.mails(TO)) == 1
            assert [row["state"] for row in await harness.sql("SELECT state FROM notification_deliveries")] == ["sent"]

    asyncio.run(run())


def test_someone_who_left_or_is_locked_is_sent_nothing(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member", cy="member")
            entry = await entry_of(harness)
            await comment(harness, "ada", entry, mention(harness, "bo", "cy"))
            await harness.follow()
            await harness.delete(f"/api/v2/organisations/{ember}/members/{harness.people['bo'].id}", by="ada")
            await harness.sql("UPDATE accounts SET locked_at = now() WHERE id = $1", harness.people["cy"].id)
            await harness.work()
            for who in ("bo", "cy"):
                assert [mail.subject for mail in harness.mails(f"{who}@example.com") if "mentioned" in mail.subject] == []

    asyncio.run(run())


def test_however_often_someone_is_mentioned_one_email_comes_in_ten_minutes(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            for _ in range(5):
                await mention_bo(harness)
                await send_due(harness.runtime)
                await harness.work()
            assert len(harness.mails(TO)) == 1
            await later(harness)
            newest, first = harness.mails(TO)
            assert newest.subject == "4 notifications"
            assert "mentioned you" in first.subject

    asyncio.run(run())


async def set_schedule(harness: Harness, **schedule: object) -> None:
    answer = await harness.put("/api/v2/notification_preferences", by="bo", json={"digest": "off", "hour": 8, **schedule})
    assert answer.status_code in {200, 204}, answer.text


@pytest.mark.parametrize("how", ["unsubscribed", "switched off", "muted"])
def test_what_is_no_longer_wanted_when_it_is_due_is_not_sent(harness: Harness, how: str) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await set_schedule(harness, digest="daily")
            entry = await entry_of(harness)
            await comment(harness, "bo", entry)
            await comment(harness, "ada", entry)
            await harness.follow()
            (item,) = await inbox(harness, "bo")
            await set_schedule(harness, digest="daily", kinds={item["kind"]: {"email": True}})
            if how == "muted":
                assert (await harness.put("/api/v2/mutes", by="bo", params={"thing": item["thing"]})).status_code == 204
            elif how == "switched off":
                await set_schedule(harness, digest="daily", kinds={item["kind"]: {"email": False}})
            else:
                async with harness.runtime.database.transaction() as tx:
                    await unsubscribe(tx, harness.people["bo"].id, [item["kind"]])
            harness.clock.advance(hours=25)
            await send_due(harness.runtime)
            await harness.work()
            assert harness.mails(TO) == []
            queued = "SELECT state FROM notification_deliveries WHERE account_id = $1"
            assert [row["state"] for row in await harness.sql(queued, harness.people["bo"].id)] == ["dropped"]

    asyncio.run(run())


def test_a_change_of_schedule_moves_what_is_queued(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await set_schedule(harness, digest="weekly")
            await mention_bo(harness)
            await later(harness)
            assert harness.mails(TO) == []
            await set_schedule(harness)
            await later(harness)
            assert len(harness.mails(TO)) == 1

    asyncio.run(run())


def test_what_was_due_before_the_quiet_hours_and_is_late_waits_for_their_end(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            now = harness.clock.now()
            begins, ends = now + timedelta(minutes=15), now + timedelta(hours=8)
            await set_schedule(harness, quiet_from=f"{begins:%H:%M}", quiet_until=f"{ends:%H:%M}")
            await mention_bo(harness)
            # Due now, but the job runs only later, as after a mail server that was away.
            harness.clock.advance(minutes=30)
            await harness.work()
            assert harness.mails(TO) == []
            harness.clock.advance(hours=8)
            await send_due(harness.runtime)
            await harness.work()
            assert len(harness.mails(TO)) == 1

    asyncio.run(run())


def test_what_a_mail_server_refuses_for_ever_holds_nothing_back(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await mention_bo(harness)

            async def refuse(to: str, mail: object) -> None:
                raise PermanentFailure("The mail server permanently refused the email (code 550).")

            monkeypatch.setattr(harness.runtime.mailer, "send", refuse)
            with pytest.raises(PermanentFailure):
                await harness.work()
            assert [row["state"] for row in await harness.sql("SELECT state FROM notification_deliveries")] == ["refused"]

    asyncio.run(run())


def test_what_is_wanted_only_by_email_is_sent_whatever_is_marked_as_read(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await mention_bo(harness)
            (item,) = await inbox(harness, "bo")
            await harness.work()
            sent = len(harness.mails(TO))
            await set_schedule(harness, digest="daily", kinds={item["kind"]: {"inbox": False, "email": True}})
            await mention_bo(harness)
            await harness.post("/api/v2/notifications/read", by="bo", json={"through": 99})
            harness.clock.advance(hours=25)
            await send_due(harness.runtime)
            await harness.work()
            assert len(harness.mails(TO)) == sent + 1

    asyncio.run(run())


def test_whatever_sends_an_email_is_tried_for_most_of_a_day() -> None:
    """A server that greylists, or is away for the night, takes its time. A code by text message is not an email, and of use for ten minutes."""
    sending = {
        name: job.kind.attempts for name, job in REGISTRY.jobs.items() if ".send_" in name and name not in {SEND_DUE.name, SEND_CODE.name}
    }
    assert len(sending) > 10
    assert set(sending.values()) == {EMAIL_ATTEMPTS}
    delays = [min(3600, 2**number) for number in range(EMAIL_ATTEMPTS - 1)]
    assert sum(delays) > 18 * 3600
