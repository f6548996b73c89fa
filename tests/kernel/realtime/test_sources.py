"""A process reads on from what it has sent: what could not be sent is read and sent again, so a failure loses nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from tests.harness import Harness
from tests.kernel.ringing import connected
from tests.modules.notifications.notifying import notify
from tests.sockets import live
from tests.waiting import until

from phoenix.kernel import background
from phoenix.kernel.data.database import Reader
from phoenix.kernel.errors import Unavailable
from phoenix.kernel.module import LiveSource
from phoenix.kernel.realtime import sockets as realtime
from phoenix.kernel.realtime.delivery import Delivery
from phoenix.kernel.realtime.gathering import RoomMessage
from phoenix.kernel.realtime.sources import SourceTail
from phoenix.kernel.runtime import Runtime

MESSAGES: list[RoomMessage] = [("everyone", "rung", number) for number in range(1, 7)]
BATCH = 2


class DoneError(Exception):
    """Nothing more is to be read."""


@dataclass(slots=True)
class Sending:
    """Reads two messages at a time, from the third on, and fails to send while it is `away`."""

    away: bool = False
    sent: list[RoomMessage] = field(default_factory=list)
    turns: int = 0

    async def begin(self, db: Reader) -> int:
        del db
        return BATCH

    async def read(self, runtime: Runtime, db: Reader, position: int) -> tuple[list[RoomMessage], int]:
        del runtime, db
        batch = MESSAGES[position : position + BATCH]
        return batch, position + len(batch)

    async def send(self, messages: Sequence[RoomMessage]) -> None:
        if self.away:
            raise Unavailable
        self.sent += messages

    def alive(self) -> None:
        self.turns += 1
        if self.turns == 2:
            self.away = True
        if len(self.sent) == len(MESSAGES) - BATCH:
            raise DoneError


def test_a_source_moves_on_only_after_what_it_read_was_sent(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            sending = Sending(away=True)
            tail = SourceTail(harness.runtime, LiveSource("numbers", sending.begin, sending.read))
            arrived = asyncio.Event()
            with pytest.raises(Unavailable):
                await tail.follow(arrived, sending.send, sending.alive)
            assert (tail.position, sending.turns) == (None, 0), "it has not begun"
            sending.away = False
            with pytest.raises(DoneError):
                await tail.follow(arrived, sending.send, sending.alive)
            assert sending.sent == MESSAGES[BATCH:]

    asyncio.run(run())


def test_a_notification_that_could_not_be_sent_is_sent_once_it_can_be(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "FIRST_DELAY", 0.01)
    monkeypatch.setattr(realtime, "RETRY_SECONDS", 0.02)
    failed: list[int] = []
    send = Delivery.send

    async def fails(delivery: Delivery, messages: Sequence[RoomMessage]) -> None:
        if len(failed) < 3 and any(event == "notification" for _room, event, _payload in messages):
            failed.append(len(messages))
            raise Unavailable
        await send(delivery, messages)

    monkeypatch.setattr(Delivery, "send", fails)

    async def run() -> None:
        async with harness, live(harness) as here:
            await harness.organisation("ember", ada="owner", bo="member")
            async with connected(here.url, harness.people["bo"].token) as told:
                await until(lambda: any(event == "unread" for event, _data in told))
                await notify(harness, "bo", 2)
                await until(lambda: [data["number"] for event, data in told if event == "notification"] == [1, 2])
                assert len(failed) == 3
                await until(lambda: "live notifications" not in harness.runtime.background.down)

    asyncio.run(run())
