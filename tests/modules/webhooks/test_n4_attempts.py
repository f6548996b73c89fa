"""N4: an attempt to deliver to a webhook is made once, and every organisation gets its turn."""

from __future__ import annotations

import asyncio

import pytest
from tests.harness import Harness
from tests.modules.webhooks.receiving import Receiver, answered, deliveries, happen, post, receiving, webhook
from tests.waiting import until

from phoenix.kernel.runtime import Runtime
from phoenix.modules.webhooks.actions import queue, send
from phoenix.modules.webhooks.actions.queue import LEASE, Sending, sweep
from phoenix.modules.webhooks.actions.request import Sender
from phoenix.modules.webhooks.queries import TAKE_NEXT, Due

WAITING = "SELECT FROM pgqueuer WHERE entrypoint = 'webhooks.send' AND status = 'queued'"


def test_of_many_jobs_for_one_attempt_only_one_is_made(harness: Harness) -> None:
    """The worker was away, so the sweep queued other jobs beside the one that waits."""

    async def run() -> None:
        async with harness, receiving(harness) as receiver:
            await harness.organisation("ember", ada="owner")
            made = await webhook(harness, receiver.url)
            receiver.answers = [answered("500 No")] * 10
            await happen(harness)
            for _ in range(5):
                harness.clock.advance(seconds=LEASE.total_seconds() + 1)
                await sweep(harness.runtime)
            assert len(await harness.sql(WAITING)) == 6
            await harness.work()
            (delivery,) = await deliveries(harness, made["id"])
            assert (delivery["state"], delivery["attempts"]) == ("queued", 1)
            assert len(receiver.came) == 1

    asyncio.run(run())


def test_what_a_process_took_and_never_sent_is_sent_after_its_lease(harness: Harness) -> None:
    async def run() -> None:
        async with harness, receiving(harness) as receiver:
            ember = await harness.organisation("ember", ada="owner")
            await webhook(harness, receiver.url)
            await happen(harness)
            async with harness.runtime.database.transaction() as tx:
                assert await tx.maybe(TAKE_NEXT, ember, tx.now, tx.now + LEASE) is not None
            await harness.work()
            assert receiver.came == [], "someone has it"
            harness.clock.advance(seconds=LEASE.total_seconds() + 1)
            await sweep(harness.runtime)
            await harness.work()
            assert len(receiver.came) == 1

    asyncio.run(run())


class Slow(Receiver):
    """Answers nobody until it may, and counts who waits at once."""

    def __init__(self) -> None:
        super().__init__()
        self.may = asyncio.Event()
        self.waiting = 0
        self.most = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        await self.may.wait()
        self.waiting -= 1
        await super().answer(reader, writer)


def test_an_organisation_with_slow_receivers_takes_one_place_and_few_connections(harness: Harness) -> None:
    async def run() -> None:
        slow = Slow()
        async with harness, receiving(harness) as quick, receiving(harness, slow):
            ember = await harness.organisation("ember", ada="owner")
            for _ in range(3):
                await webhook(harness, slow.url)
            for number in range(4):
                await happen(harness, f"Pump {number}")
            jobs = [asyncio.create_task(send.send(harness.runtime, Sending(ember))) for _ in range(8)]
            await until(lambda: slow.waiting == send.AT_ONCE)
            await until(lambda: sum(job.done() for job in jobs) == 7)
            quartz = await harness.organisation("quartz", eve="owner")
            await post(harness, "/api/v2/webhooks", {"organisation": quartz, "url": quick.url}, by="eve")
            await harness.post("/api/v2/entries", by="eve", json={"organisation": quartz, "title": "Other"})
            await harness.follow()
            await send.send(harness.runtime, Sending(quartz))
            assert len(quick.came) == 1, "another organisation waits for nobody"
            slow.may.set()
            await asyncio.gather(*jobs)
            assert (len(slow.came), slow.most) == (12, send.AT_ONCE)

    asyncio.run(run())


def test_a_job_whose_turn_is_over_leaves_the_rest_to_another(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with harness, receiving(harness) as receiver:
            ember = await harness.organisation("ember", ada="owner")
            await webhook(harness, receiver.url)
            await happen(harness)
            await harness.sql("DELETE FROM pgqueuer WHERE entrypoint = 'webhooks.send'")
            with monkeypatch.context() as patched:
                patched.setattr(send, "TURN", -queue.LEASE)
                await send.send(harness.runtime, Sending(ember))
            assert (receiver.came, len(await harness.sql(WAITING))) == ([], 1)
            await harness.work()
            assert len(receiver.came) == 1

    asyncio.run(run())


def test_a_job_that_fails_fails_as_a_whole_and_leaves_its_places(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_given: object) -> None:
        raise RuntimeError("broken")

    async def run() -> None:
        async with harness, receiving(harness) as receiver:
            ember = await harness.organisation("ember", ada="owner")
            await webhook(harness, receiver.url)
            await happen(harness)
            with monkeypatch.context() as patched:
                patched.setattr(send, "_try", broken)
                with pytest.raises(RuntimeError):
                    await send.send(harness.runtime, Sending(ember))
            assert harness.runtime.part(Sender).begin(ember, send.AT_ONCE) == send.AT_ONCE

    asyncio.run(run())


def test_a_slow_receiver_holds_one_place_and_not_the_organisation(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    slow, go_on = asyncio.Event(), asyncio.Event()
    tried = send._try

    async def slowly(runtime: Runtime, due: Due) -> None:
        if not slow.is_set():
            slow.set()
            await go_on.wait()
        await tried(runtime, due)

    async def run() -> None:
        async with harness, receiving(harness) as receiver:
            ember = await harness.organisation("ember", ada="owner")
            await webhook(harness, receiver.url)
            await happen(harness)
            monkeypatch.setattr(send, "_try", slowly)
            first = asyncio.create_task(send.send(harness.runtime, Sending(ember)))
            await slow.wait()
            await happen(harness)
            await send.send(harness.runtime, Sending(ember))
            assert len(receiver.came) == 1, "what came since is sent beside it"
            go_on.set()
            await first
            assert len(receiver.came) == 2
            assert harness.runtime.part(Sender).begin(ember, send.AT_ONCE) == send.AT_ONCE

    asyncio.run(run())


def test_what_waits_while_a_webhook_is_off_says_so_and_is_sent_when_it_is_on(harness: Harness) -> None:
    async def run() -> None:
        async with harness, receiving(harness) as receiver:
            ember = await harness.organisation("ember", ada="owner")
            made = await webhook(harness, receiver.url)
            receiver.answers = [answered("500 No")]
            await happen(harness)
            await harness.work()
            path = f"/api/v2/webhooks/{made['id']}?organisation={ember}"
            await harness.patch(path, by="ada", json={"enabled": False}, headers={"If-Match": "*"})
            (delivery,) = await deliveries(harness, made["id"])
            assert (delivery["state"], delivery["next_attempt_at"]) == ("queued", None)
            assert "It is sent once the webhook is switched on." in (await harness.get(f"/o/ember/webhooks/{made['id']}", by="ada")).text
            harness.clock.advance(seconds=300)
            await sweep(harness.runtime)
            await harness.work()
            assert len(receiver.came) == 1
            await harness.patch(path, by="ada", json={"enabled": True}, headers={"If-Match": "*"})
            await harness.work()
            assert len(receiver.came) == 2

    asyncio.run(run())


def test_what_is_sent_again_while_a_webhook_is_off_waits_as_well(harness: Harness) -> None:
    async def run() -> None:
        async with harness, receiving(harness) as receiver:
            ember = await harness.organisation("ember", ada="owner")
            made = await webhook(harness, receiver.url)
            await happen(harness)
            await harness.work()
            (delivery,) = await deliveries(harness, made["id"])
            path = f"/api/v2/webhooks/{made['id']}"
            await harness.patch(f"{path}?organisation={ember}", by="ada", json={"enabled": False}, headers={"If-Match": "*"})
            assert (await harness.post(f"{path}/deliveries/{delivery['id']}/replay", by="ada")).status_code == 202
            await harness.work()
            (delivery,) = await deliveries(harness, made["id"])
            assert (len(receiver.came), delivery["state"], delivery["next_attempt_at"]) == (1, "queued", None)

    asyncio.run(run())
