"""N4: someone whose code did not come, or came too late, asks for another without entering the number again."""

from __future__ import annotations

import asyncio

import pytest
from tests.harness import Harness
from tests.modules.comments.commenting import send
from tests.modules.sms.texting import BO, OTHER, PAGE, PATH, code_in, reply, texting
from tests.twilio import Bad

from phoenix.kernel.security import http_client


def test_a_new_code_goes_to_the_number_that_waits_and_the_former_is_of_no_use(harness: Harness) -> None:
    async def run() -> None:
        async with texting(harness) as twilio:
            await harness.post(PATH, by="bo", json={"number": BO})
            await harness.work()
            first = code_in(twilio)
            assert "Send a new code" in (await harness.get(PAGE, by="bo")).text
            answer = await send(harness, "bo", f"{PAGE}/again")
            assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
            await harness.work()
            assert [form["To"] for form in twilio.came] == [BO, BO]
            assert (await harness.post(f"{PATH}/confirm", by="bo", json={"code": first})).status_code == 422
            answer = await send(harness, "bo", f"{PAGE}/confirm", code=code_in(twilio))
            assert (answer.status_code, answer.headers["Location"]) == (303, "/settings/notifications")
            assert await harness.events() == ["sms.number_added"]

    asyncio.run(run())


def test_without_a_number_that_waits_nothing_is_sent(harness: Harness) -> None:
    async def run() -> None:
        async with texting(harness) as twilio:
            answer = await send(harness, "bo", f"{PAGE}/again")
            assert answer.status_code == 404
            assert "No number is waiting to be confirmed. Enter it again." in answer.text
            assert (await harness.work(), twilio.came) == ([], [])

    asyncio.run(run())


def test_new_codes_are_limited_as_first_ones_are(harness: Harness) -> None:
    async def run() -> None:
        async with texting(harness) as twilio:
            await harness.post(PATH, by="bo", json={"number": OTHER})
            for _ in range(4):
                assert (await send(harness, "bo", f"{PAGE}/again")).status_code == 303
            answer = await send(harness, "bo", f"{PAGE}/again")
            assert answer.status_code == 429
            await harness.work()
            assert len(twilio.came) == 1, "only the newest request is still one"

    asyncio.run(run())


def test_a_number_that_replied_stop_is_not_offered_one(harness: Harness) -> None:
    async def run() -> None:
        async with texting(harness) as twilio:
            twilio.answers = [Bad(400, 21610)]
            await harness.post(PATH, by="bo", json={"number": BO})
            await harness.work()
            assert "Send a new code" not in (await harness.get(PAGE, by="bo")).text

    asyncio.run(run())


def test_a_provider_that_does_not_answer_is_given_one_code(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "SECONDS", 0.2)

    async def run() -> None:
        async with texting(harness) as twilio:
            twilio.answers = [Bad(slow=True)]
            await harness.post(PATH, by="bo", json={"number": BO})
            await harness.work()
            assert len(twilio.came) == 1
            # It may have arrived all the same.
            assert (await harness.post(f"{PATH}/confirm", by="bo", json={"code": code_in(twilio)})).status_code == 204

    asyncio.run(run())


def test_a_number_that_stopped_since_gets_no_code(harness: Harness) -> None:
    async def run() -> None:
        async with texting(harness) as twilio:
            await harness.post(PATH, by="bo", json={"number": BO})
            await reply(harness, "STOP", "SM9")
            await harness.work()
            assert twilio.came == []

    asyncio.run(run())
