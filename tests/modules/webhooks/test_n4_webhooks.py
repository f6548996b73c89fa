"""N4: outgoing webhooks arrive signed, once for each event as far as that can be known, and are tried for three days."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from tests.harness import Harness
from tests.modules.notifications.notifying import inbox
from tests.modules.webhooks.receiving import answered, deliveries, happen, post, receiving, webhook

from phoenix.kernel.data.followers import follow_once
from phoenix.modules.webhooks import signing
from phoenix.modules.webhooks.actions.queue import queue, sweep
from phoenix.modules.webhooks.actions.request import Sender


async def wait(harness: Harness, hours: float = 24) -> None:
    """Until the next attempt is due, and make it."""
    harness.clock.advance(seconds=hours * 3600)
    await sweep(harness.runtime)
    await harness.work()


def test_an_event_arrives_signed_and_holds_ids_only(harness: Harness) -> None:
    async def run() -> None:
        async with harness, receiving(harness) as receiver:
            ember = await harness.organisation("ember", ada="owner")
            made = await webhook(harness, receiver.url, description="Chat")
            entry = await happen(harness, "<b>Secret</b>")
            await harness.work()
            ((headers, body),) = receiver.came
            sent = json.loads(body)
            assert sent["type"] == "entries.posted"
            assert sent["data"] == {"id": sent["data"]["id"], "organisation": ember, "actor": harness.people["ada"].id, "subject": entry}
            assert b"Secret" not in body
            secret = signing.read(made["secret"])
            assert secret is not None
            signed = signing.signature([secret], id_=headers["webhook-id"], timestamp=int(headers["webhook-timestamp"]), body=body)
            assert headers["webhook-signature"] == signed
            assert headers["host"] == f"127.0.0.1:{receiver.port}"
            (delivery,) = await deliveries(harness, made["id"])
            assert (delivery["id"], delivery["state"], delivery["attempts"], delivery["status"]) == (
                headers["webhook-id"],
                "delivered",
                1,
                204,
            )

    asyncio.run(run())


def test_a_follower_that_begins_again_queues_nothing_twice(harness: Harness) -> None:
    async def run() -> None:
        async with harness, receiving(harness) as receiver:
            await harness.organisation("ember", ada="owner")
            await webhook(harness, receiver.url)
            await happen(harness)

            async def crash(tx: Any, batch: Any) -> None:
                await queue(harness.runtime, tx, batch)
                raise RuntimeError("gone")

            await harness.sql("DELETE FROM event_followers WHERE name = 'webhooks.queue'")
            await follow_once(harness.runtime.database, "webhooks.queue", crash)
            with pytest.raises(RuntimeError):
                await follow_once(harness.runtime.database, "webhooks.queue", crash)
            await harness.follow()
            await harness.work()
            assert len(receiver.came) == 1

    asyncio.run(run())


def test_what_does_not_arrive_is_tried_for_three_days_with_the_same_id(harness: Harness) -> None:
    async def run() -> None:
        async with harness, receiving(harness) as receiver:
            await harness.organisation("ember", ada="owner", bo="member")
            made = await webhook(harness, receiver.url)
            receiver.answers = [answered("500 No")] * 10
            await happen(harness)
            await harness.work()
            for _ in range(9):
                (delivery,) = await deliveries(harness, made["id"])
                assert (delivery["state"], delivery["problem"]) == ("queued", "It answered 500.")
                await wait(harness)
            (delivery,) = await deliveries(harness, made["id"])
            assert (delivery["state"], delivery["attempts"], delivery["next_attempt_at"]) == ("failed", 10, None)
            assert len({headers["webhook-id"] for headers, _body in receiver.came}) == 1
            assert len(receiver.came) == 10
            # Nothing arrived for days: it is switched off, and whoever manages the organisation is notified.
            found = (await harness.get(f"/api/v2/webhooks/{made['id']}", by="ada")).json()
            assert (found["enabled"], found["disabled_reason"]) == (False, "failing")
            await harness.follow()
            (item, *_) = await inbox(harness, "ada")
            assert item["kind"] == "webhooks.disabled"
            assert "127.0.0.1" not in str(item), "who manages it no longer is not to learn where it leads"
            assert await inbox(harness, "bo") == []

    asyncio.run(run())


@pytest.mark.parametrize(
    ("answer", "status", "problem"),
    [
        (answered("302 Found", "Location: http://169.254.169.254/\r\n"), 302, "It answered 302."),
        (b"junk\r\n\r\n", None, "The connection failed (RemoteProtocolError)."),
        (b"", None, "The connection failed (RemoteProtocolError)."),
    ],
)
def test_whatever_is_answered_is_noted_and_no_redirect_is_followed(
    harness: Harness, answer: bytes, status: int | None, problem: str
) -> None:
    async def run() -> None:
        async with harness, receiving(harness) as receiver:
            await harness.organisation("ember", ada="owner")
            made = await webhook(harness, receiver.url)
            receiver.answers = [answer]
            await happen(harness)
            await harness.work()
            (delivery,) = await deliveries(harness, made["id"])
            assert (delivery["state"], delivery["status"], delivery["problem"]) == ("queued", status, problem)
            await wait(harness)
            (delivery,) = await deliveries(harness, made["id"])
            assert (delivery["state"], delivery["problem"]) == ("delivered", None)

    asyncio.run(run())


def test_a_receiver_that_is_gone_is_sent_nothing_more(harness: Harness) -> None:
    async def run() -> None:
        async with harness, receiving(harness) as receiver:
            await harness.organisation("ember", ada="owner")
            made = await webhook(harness, receiver.url)
            receiver.answers = [answered("410 Gone")]
            await happen(harness)
            await harness.work()
            await happen(harness)
            await wait(harness)
            assert len(receiver.came) == 1
            assert (await harness.get(f"/api/v2/webhooks/{made['id']}", by="ada")).json()["disabled_reason"] == "gone"

    asyncio.run(run())


def test_nothing_is_sent_to_addresses_that_are_not_public(harness: Harness) -> None:
    async def run() -> None:
        async with harness, receiving(harness) as receiver:
            await harness.organisation("ember", ada="owner")
            made = await webhook(harness, receiver.url)
            harness.runtime.parts[Sender] = Sender()
            await happen(harness)
            await harness.work()
            assert receiver.came == []
            (delivery,) = await deliveries(harness, made["id"])
            assert delivery["problem"] == "The host has an address that isn't public."

    asyncio.run(run())


def test_a_name_that_answers_otherwise_a_moment_later_changes_nothing(harness: Harness) -> None:
    """DNS rebinding: what was checked is what is connected to."""
    asked: list[str] = []

    async def find(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["93.184.216.34"] if len(asked) == 1 else ["127.0.0.1"]

    async def run() -> None:
        async with harness, receiving(harness) as receiver:
            sender = Sender(find=find)
            answer = await sender.post(f"http://rebinding.example:{receiver.port}/", b"{}", {})
            await sender.close()
            assert not answer.arrived
            assert (asked, receiver.came) == (["rebinding.example"], [])

    asyncio.run(run())


def test_only_the_kinds_that_were_chosen_are_sent_and_only_of_ones_own_organisation(harness: Harness) -> None:
    async def run() -> None:
        async with harness, receiving(harness) as receiver:
            await harness.organisation("ember", ada="owner")
            quartz = await harness.organisation("quartz", eve="owner")
            await webhook(harness, receiver.url, kinds=["entries.deleted"])
            await happen(harness)
            await harness.post("/api/v2/entries", by="eve", json={"organisation": quartz, "title": "Other"})
            await harness.follow()
            await harness.work()
            assert receiver.came == []

    asyncio.run(run())


def test_something_that_was_sent_can_be_sent_again(harness: Harness) -> None:
    async def run() -> None:
        async with harness, receiving(harness) as receiver:
            await harness.organisation("ember", ada="owner")
            made = await webhook(harness, receiver.url)
            await happen(harness)
            await harness.work()
            (delivery,) = await deliveries(harness, made["id"])
            path = f"/api/v2/webhooks/{made['id']}/deliveries/{delivery['id']}/replay"
            assert (await post(harness, path)).status_code == 202
            again = await post(harness, path)
            assert (again.status_code, again.json()["code"]) == (409, "not_replayable")
            await harness.work()
            assert [headers["webhook-id"] for headers, _body in receiver.came] == [delivery["id"]] * 2
            missing = await post(harness, f"/api/v2/webhooks/{made['id']}/deliveries/msg_nothing/replay")
            assert missing.status_code == 404

    asyncio.run(run())


def test_what_waits_while_it_is_off_is_sent_once_it_is_on_again(harness: Harness) -> None:
    async def run() -> None:
        async with harness, receiving(harness) as receiver:
            ember = await harness.organisation("ember", ada="owner")
            made = await webhook(harness, receiver.url)
            await happen(harness)
            path, header = f"/api/v2/webhooks/{made['id']}?organisation={ember}", {"If-Match": "*"}
            assert (await harness.patch(path, by="ada", json={"enabled": False}, headers=header)).status_code == 200
            await harness.work()
            await happen(harness)
            assert receiver.came == []
            assert (await harness.patch(path, by="ada", json={"enabled": True}, headers=header)).status_code == 200
            await wait(harness, 0)
            assert len(receiver.came) == 1

    asyncio.run(run())


@pytest.mark.parametrize(
    "url",
    ["", "example.com", "ftp://example.com", "https://", "https://" + "user:pass" + "@example.com", "https://example.com/#x", "https://exämple.com",
     "https://example.com:22/", "https://example.com:99999/", "https://example.com/ x", "javascript:alert(1)", "https://" + "x" * 500],
)  # fmt: skip
def test_what_is_no_address_is_refused(harness: Harness, url: str) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner")
            answer = await post(harness, "/api/v2/webhooks", {"organisation": harness.organisations["ember"], "url": url})
            assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "url")

    asyncio.run(run())


def test_members_and_strangers_see_none_of_it(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            await harness.organisation("quartz", eve="owner")
            made = await webhook(harness, "https://example.com/hooks")
            for who, status in (("bo", 403), ("eve", 404)):
                assert (await harness.get(f"/api/v2/webhooks?organisation={ember}", by=who)).status_code == status
                assert (await harness.get(f"/api/v2/webhooks/{made['id']}", by=who)).status_code == status
                assert (await harness.get(f"/api/v2/webhooks/{made['id']}/deliveries", by=who)).status_code == status
                assert (await harness.delete(f"/api/v2/webhooks/{made['id']}?organisation={ember}", by=who)).status_code == status
            assert made["secret"] not in (await harness.get(f"/o/ember/webhooks/{made['id']}", by="ada")).text
            (row,) = await harness.sql("SELECT secret FROM webhooks")
            assert (signing.read(made["secret"]) or b"") not in bytes(row["secret"])

    asyncio.run(run())
