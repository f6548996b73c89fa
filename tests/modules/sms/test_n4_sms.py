"""N4: notifications by SMS: what is sent, what is not, and what its person learns of it."""

from __future__ import annotations

import asyncio

import pytest
from tests.harness import Harness
from tests.modules.sms.texting import BO, MENTIONED, add, choose, log, mention_bo, queue_mention, say, states, texting
from tests.running import free_port
from tests.twilio import ACCOUNT, FROM, TOKEN, Bad, Twilio

from phoenix.kernel.errors import Unavailable
from phoenix.kernel.security import http_client
from phoenix.kernel.sms.message import OutgoingSms
from phoenix.kernel.sms.transports import SmsUnsure
from phoenix.kernel.sms.transports.twilio import TwilioTransport

URGENT = "organisations.ownership_offered"


def message_of(twilio: Twilio, number: int = -1) -> str:
    """The id in the address for reports of a message."""
    return twilio.came[number]["StatusCallback"].partition("?message=")[2]


def test_nothing_is_sent_until_it_is_chosen_except_what_is_urgent(harness: Harness) -> None:
    async def run() -> None:
        async with texting(harness) as twilio:
            await add(harness, twilio)
            kinds = {
                one["kind"]: one["channels"]["sms"]
                for one in (await harness.get("/api/v2/notification_preferences", by="bo")).json()["kinds"]
            }
            assert [kind for kind, is_on in kinds.items() if is_on] == ["organisations.owner_appointed", URGENT]
            await mention_bo(harness)
            assert (twilio.came, await states(harness)) == ([], [])
            await choose(harness)
            await mention_bo(harness)
            (form,) = twilio.came
            assert (form["To"], form["From"]) == (BO, FROM)
            assert form["Body"].startswith("Ember: Ada mentioned you")
            assert form["Body"].splitlines()[-1].startswith("http://phoenix.test/o/ember/comments/")
            assert form["StatusCallback"].startswith("http://phoenix.test/api/v2/sms_reports/twilio?message=sms_")
            assert twilio.asked[-1] == (f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", f"{ACCOUNT}:{TOKEN}")
            assert await states(harness) == [("sent", None)]

    asyncio.run(run())


def test_security_goes_by_sms_only_where_it_is_urgent(harness: Harness) -> None:
    async def run() -> None:
        async with texting(harness) as twilio:
            await add(harness, twilio)
            await harness.follow()
            await harness.work()
            items = (await harness.get("/api/v2/notifications", by="bo")).json()["items"]
            assert [one["summary"] for one in items] == ["Phone number for text messages added"]
            assert twilio.came == []

    asyncio.run(run())


def test_where_nothing_sends_text_messages_there_is_no_such_channel(harness: Harness) -> None:
    async def run() -> None:
        harness.variables["PHOENIX_SMTP_URL"] = "smtp://127.0.0.1:1"
        async with harness:
            await harness.person("bo")
            kinds = (await harness.get("/api/v2/notification_preferences", by="bo")).json()["kinds"]
            assert all("sms" not in one["channels"] for one in kinds)
            page = (await harness.get("/settings/notifications", by="bo")).text
            assert "Text messages" not in page
            assert "SMS" not in page
            assert (await harness.get("/settings/notifications/sms", by="bo")).status_code == 404
            answer = await harness.put(
                "/api/v2/notification_preferences", by="bo", json={"kinds": {MENTIONED: {"channels": {"sms": True}}}}
            )
            assert answer.status_code == 422

    asyncio.run(run())


def test_quiet_hours_hold_back_what_is_not_urgent(harness: Harness) -> None:
    async def run() -> None:
        async with texting(harness) as twilio:
            await add(harness, twilio)
            await choose(harness)
            quiet = {"quiet_from": "11:00", "quiet_until": "13:00"}
            assert (await harness.put("/api/v2/notification_preferences", by="bo", json=quiet)).status_code == 200
            await mention_bo(harness)
            assert (twilio.came, await states(harness)) == ([], [("dropped", "quiet")])

    asyncio.run(run())


@pytest.mark.parametrize("how", ["removed", "changed", "stopped", "locked"])
def test_what_no_longer_reaches_them_when_it_is_sent_is_not_sent(harness: Harness, how: str) -> None:
    async def run() -> None:
        async with texting(harness) as twilio:
            await add(harness, twilio)
            await choose(harness)
            await queue_mention(harness)
            if how == "removed":
                await harness.delete("/api/v2/me/phone_number", by="bo")
            elif how == "changed":
                await harness.sql("UPDATE sms_numbers SET id = 'smn_2'")
            elif how == "stopped":
                await harness.sql("INSERT INTO sms_stopped VALUES ($1, now())", BO)
            else:
                await harness.sql("UPDATE accounts SET locked_at = now() WHERE id = $1", harness.people["bo"].id)
            await harness.work()
            assert twilio.came == []
            expected = {"removed": "number_gone", "changed": "number_gone", "stopped": "opted_out", "locked": "not_wanted"}
            assert [reason for _state, reason in await states(harness)] == [expected[how]]

    asyncio.run(run())


@pytest.mark.parametrize(
    ("code", "reason"),
    [(21211, "number"), (21614, "number"), (30003, "number"), (21408, "number"), (21610, "opted_out"), (21617, "refused")],
)
def test_what_is_refused_for_ever_is_not_tried_again(harness: Harness, code: int, reason: str) -> None:
    async def run() -> None:
        async with texting(harness) as twilio:
            await add(harness, twilio)
            await choose(harness)
            twilio.answers = [Bad(400, code)]
            await mention_bo(harness)
            assert len(twilio.came) == 1
            assert await states(harness) == [("refused", reason)]
            (row,) = await harness.sql("SELECT code, state FROM sms_messages")
            assert tuple(row) == (code, "refused")
            assert bool(await harness.sql("SELECT FROM sms_stopped")) == (code == 21610)
            assert "Not sent, because" in (await harness.get("/settings/notifications/deliveries", by="bo")).text

    asyncio.run(run())


@pytest.mark.parametrize("bad", [Bad(429, 20429), Bad(400, 20429), Bad(401, 20003), Bad(403, 20003), Bad(500), Bad(503)])
def test_what_can_be_sent_later_is_sent_once(harness: Harness, bad: Bad) -> None:
    async def run() -> None:
        async with texting(harness) as twilio:
            await add(harness, twilio)
            await choose(harness)
            twilio.answers = [bad, bad, bad]
            await mention_bo(harness)
            assert len(twilio.came) == 4
            assert await states(harness) == [("sent", None)]
            assert {form["StatusCallback"] for form in twilio.came} == {twilio.came[0]["StatusCallback"]}

    asyncio.run(run())


def test_a_provider_that_cannot_be_reached_has_taken_nothing(harness: Harness) -> None:
    async def run() -> None:
        async with texting(harness, PHOENIX_TWILIO_URL=f"http://127.0.0.1:{free_port()}"):
            transport = TwilioTransport(harness.runtime.settings.sms, harness.runtime.http)
            with pytest.raises(Unavailable) as caught:
                await transport.carry(OutgoingSms(BO, "Hello"))
            assert not isinstance(caught.value, SmsUnsure)

    asyncio.run(run())


@pytest.mark.parametrize("bad", [Bad(breaks=True), Bad(slow=True)])
def test_one_that_may_have_been_taken_is_tried_once_more_and_not_again(harness: Harness, bad: Bad, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "SECONDS", 0.2)

    async def run() -> None:
        async with texting(harness) as twilio:
            await add(harness, twilio)
            await choose(harness)
            twilio.answers = [bad] * 6
            await mention_bo(harness)
            assert len(twilio.came) == 2
            assert await states(harness) == [("refused", "unsure")]
            twilio.answers = []
            await mention_bo(harness)
            assert len(twilio.came) == 3

    asyncio.run(run())


def test_what_the_provider_reports_in_time_is_not_sent_twice(harness: Harness) -> None:
    async def run() -> None:
        async with texting(harness) as twilio:
            await add(harness, twilio)
            await choose(harness)
            twilio.answers = [Bad(breaks=True)]
            await queue_mention(harness)
            (job,) = await harness.sql("DELETE FROM pgqueuer WHERE entrypoint = 'notifications.by_channel_sms' RETURNING payload")
            await harness.registry.jobs["notifications.by_channel_sms"].run_encoded(harness.runtime, job["payload"])
            await say(harness, {"MessageStatus": "sent", "MessageSid": "SM1"}, message=message_of(twilio))
            await harness.work()
            assert len(twilio.came) == 1
            assert await states(harness) == [("sent", None)]

    asyncio.run(run())


@pytest.mark.parametrize("where", ["before the module noted it", "before the notification noted it"])
def test_a_process_that_dies_after_sending_sends_at_most_one_more(harness: Harness, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed as often as it likes: the job runs again each time."""

    class Killed(BaseException):
        pass

    async def die(*_given: object, **_named: object) -> None:
        raise Killed

    async def run() -> None:
        async with texting(harness) as twilio:
            await add(harness, twilio)
            await choose(harness)
            await queue_mention(harness)
            (job,) = await harness.sql("DELETE FROM pgqueuer WHERE entrypoint = 'notifications.by_channel_sms' RETURNING payload")
            again = harness.registry.jobs["notifications.by_channel_sms"].run_encoded
            name = (
                "phoenix.modules.sms.actions.send._end"
                if where.startswith("before the module")
                else "phoenix.modules.notifications.actions.send_by._note"
            )
            with monkeypatch.context() as patch:
                patch.setattr(name, die)
                for _ in range(4):
                    try:
                        await again(harness.runtime, job["payload"])
                    except Killed:
                        continue
            await again(harness.runtime, job["payload"])
            assert len(twilio.came) == (2 if where.startswith("before the module") else 1)
            assert [state for state, _reason in await states(harness)] == ["refused" if len(twilio.came) == 2 else "sent"]

    asyncio.run(run())


@pytest.mark.parametrize(
    ("status", "code", "state", "words"),
    [
        ("delivered", "", "delivered", "Delivered"),
        ("undelivered", "30003", "undelivered", "Not delivered, because the phone is off or has no reception"),
        ("failed", "30007", "undelivered", "Not delivered, because the mobile network blocked it"),
        ("failed", "99999", "undelivered", "Not delivered to the phone"),
    ],
)
def test_the_log_says_what_became_of_it(harness: Harness, status: str, code: str, state: str, words: str) -> None:
    async def run() -> None:
        async with texting(harness) as twilio:
            await add(harness, twilio)
            await choose(harness)
            await mention_bo(harness)
            (one,) = await log(harness)
            assert (one["state"], one["reported_at"]) == ("sent", None)
            form = {"MessageSid": "SM1", "MessageStatus": status, **({"ErrorCode": code} if code else {})}
            assert (await say(harness, form, message=message_of(twilio))).status_code == 204
            (one,) = await log(harness)
            assert one["state"] == state
            assert one["sent_at"]
            assert one["reported_at"]
            page = (await harness.get("/settings/notifications/deliveries", by="bo")).text
            assert words in page
            assert "SMS" in page

    asyncio.run(run())
