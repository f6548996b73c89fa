"""What sockets missed is read for a few at a time: nobody else's messages and checks wait for it, however many come back at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.harness import Harness
from tests.sockets import Live, Socket, live
from tests.waiting import until

from phoenix.kernel.actor import Actor
from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.module import SocketRule
from phoenix.kernel.realtime import sockets as realtime
from phoenix.kernel.realtime.gathering import RoomMessage
from phoenix.kernel.realtime.replays import MOST_OF_ONE, MOST_REPLAYS
from phoenix.kernel.runtime import Runtime

PEOPLE = ("bo", "cy", "di", "ed", "flo", "gus")


@pytest.fixture(autouse=True)
def only_deliveries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is checked because time has passed."""
    monkeypatch.setattr(realtime, "CHECK_SECONDS", 86_400)


@dataclass(slots=True)
class Hanging:
    """A replay that holds a connection to the database until `go`, and the sockets that it is read for: the account of each, and its tab."""

    go: asyncio.Event = field(default_factory=asyncio.Event)
    now: list[tuple[str, Any]] = field(default_factory=list)
    begun: list[tuple[str, Any]] = field(default_factory=list)
    most: int = 0
    most_of_one: int = 0

    async def replay(self, runtime: Runtime, actor: Actor, seen: Mapping[str, Any]) -> Sequence[RoomMessage]:
        one = (actor.account, seen.get("tab"))
        self.begun.append(one)
        self.now.append(one)
        self.most = max(self.most, len(self.now))
        self.most_of_one = max(self.most_of_one, sum(account == actor.account for account, _tab in self.now))
        async with runtime.database.reader() as db:
            await db.connection()
            await self.go.wait()
        self.now.remove(one)
        return [("", "missed", {"tab": one[1]})]


@asynccontextmanager
async def hang(here: Live) -> AsyncIterator[Hanging]:
    hanging = Hanging()
    here.sockets._rules.append(SocketRule(replay=hanging.replay))
    try:
        async with asyncio.timeout(60):
            yield hanging
    finally:
        hanging.go.set()


async def open_tab(stack: AsyncExitStack, here: Live, token: str, tab: int) -> Socket:
    """A socket that is let in. It has yet to be sent what it missed."""
    socket = await stack.enter_async_context(Socket(here))
    await socket.say("40" + json.dumps({"token": token, "tab": tab}))
    await socket.until(lambda: any(text.startswith("40") for text in socket.texts))
    return socket


def waiting(here: Live) -> int:
    """The sockets whose replay is read, or waits for its turn."""
    return sum(line.length for line in here.sockets._replays._turns._lines.values())


def missed(socket: Socket) -> bool:
    return any('"missed"' in text for text in socket.texts)


def test_four_replays_are_read_at_once_and_one_of_an_account(harness: Harness) -> None:
    async def run() -> None:
        async with harness, live(harness) as here, AsyncExitStack() as stack:
            await harness.organisation("ember", **dict.fromkeys(PEOPLE, "member"))
            hanging = await stack.enter_async_context(hang(here))
            tabs = [await open_tab(stack, here, harness.people[name].token, tab) for name in PEOPLE for tab in range(2)]
            await until(lambda: waiting(here) == len(tabs) and len(hanging.now) == MOST_REPLAYS)
            assert len({account for account, _tab in hanging.now}) == MOST_REPLAYS
            hanging.go.set()
            for socket in tabs:
                await socket.until(lambda socket=socket: missed(socket))  # type: ignore[misc]
            assert (hanging.most, hanging.most_of_one) == (MOST_REPLAYS, MOST_OF_ONE) == (4, 1)
            await until(lambda: not waiting(here))

    asyncio.run(run())


def test_nothing_is_read_for_a_socket_that_left_before_its_turn(harness: Harness) -> None:
    async def run() -> None:
        async with harness, live(harness) as here, AsyncExitStack() as stack:
            ada = await harness.person("ada")
            hanging = await stack.enter_async_context(hang(here))
            _first, second, third = [await open_tab(stack, here, ada.token, tab) for tab in range(3)]
            await until(lambda: waiting(here) == 3 and len(hanging.now) == 1)
            await second.there.close()
            await until(lambda: len(here.sockets.open) == 2)
            hanging.go.set()
            await third.until(lambda: missed(third))
            assert hanging.begun == [(ada.id, 0), (ada.id, 2)]

    asyncio.run(run())


def test_messages_and_checks_of_others_do_not_wait_for_replays_that_hang(harness: Harness) -> None:
    async def run() -> None:
        async with harness, live(harness) as here, AsyncExitStack() as stack:
            ember = await harness.organisation("ember", ada="owner", **dict.fromkeys(PEOPLE, "member"))
            ada = await open_tab(stack, here, harness.people["ada"].token, 0)
            await ada.until(lambda: any('"unread"' in text for text in ada.texts))
            hanging = await stack.enter_async_context(hang(here))
            tabs = [await open_tab(stack, here, harness.people[name].token, tab) for name in PEOPLE for tab in range(2)]
            await until(lambda: waiting(here) == len(tabs) and bool(hanging.now))
            # More than there are connections to the database.
            assert len(tabs) > harness.runtime.settings.database.pool
            async with harness.runtime.database.transaction() as tx:
                tx.invalidate(ACCOUNT(harness.people["ada"].id))
            await here.sockets.delivery.send([(f"organisation:{ember}", "rung", "meanwhile")])
            await ada.until(lambda: '42["rung","meanwhile"]' in ada.texts)
            assert (await harness.delete("/api/v2/sessions/current", by="ada")).status_code == 204
            await here.sockets.delivery.look(list(here.sockets.open))
            await ada.until(lambda: any("session_ended" in text for text in ada.texts))
            assert len(hanging.now) == MOST_REPLAYS, "they hang still"
            hanging.go.set()
            await until(lambda: not waiting(here))

    asyncio.run(run())
