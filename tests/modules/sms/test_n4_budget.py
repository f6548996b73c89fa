"""N4: what text messages may cost: for a person, and for the installation."""

from __future__ import annotations

import asyncio

import pytest
from tests.harness import Harness
from tests.modules.sms.texting import OTHER, PAGE, PATH, add, choose, mention_bo, states, texting

from phoenix.modules.sms.actions import send as sending


def test_a_flood_costs_no_more_than_the_messages_of_a_day(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "MOST_A_DAY", 2)

    async def run() -> None:
        async with texting(harness) as twilio:
            await add(harness, twilio)
            await choose(harness)
            await mention_bo(harness, 3)
            assert len(twilio.came) == 2
            assert await states(harness) == [("sent", None), ("sent", None), ("refused", "limit")]
            page = (await harness.get("/settings/notifications/deliveries", by="bo")).text
            assert "Not sent, because there were already 20 text messages in a day" in page
            harness.clock.advance(hours=25)
            await mention_bo(harness)
            assert len(twilio.came) == 3

    asyncio.run(run())


def test_the_installation_has_a_budget_for_a_day(harness: Harness) -> None:
    """However many accounts there are, and whatever they are sent."""

    async def run() -> None:
        async with texting(harness, PHOENIX_SMS_A_DAY="2") as twilio:
            await add(harness, twilio)
            await choose(harness)
            await mention_bo(harness, 2)
            assert (len(twilio.came), await states(harness)) == (1, [("sent", None), ("refused", "budget")])
            page = (await harness.get("/settings/notifications/deliveries", by="bo")).text
            assert "Not sent, because this installation has sent too many text messages in a day" in page
            assert (await harness.post(PATH, by="ada", json={"number": OTHER})).status_code == 204
            await harness.work()
            assert "Try again tomorrow" in (await harness.get(PAGE, by="ada")).text
            assert len(twilio.came) == 1

    asyncio.run(run())
