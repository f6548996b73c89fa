"""Whoever asks to be let in in time is not cut because the server is slow to decide, and nothing is decided for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tests.kernel.realtime.echo import Echo
from tests.kernel.realtime.echoing import Echoing, closed, echoing
from tests.waiting import until
from websockets.asyncio.client import ClientConnection

from phoenix.kernel.realtime import clients
from phoenix.kernel.realtime.clients import client_of
from phoenix.kernel.realtime.connection import Connection
from phoenix.kernel.realtime.namespace import Refused, Socket


class Slow:
    """Lets someone in, or refuses them, once `go` is set. In any other namespace it never decides."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, refuses: bool = False) -> None:
        self.go = asyncio.Event()
        self.refuses = refuses
        monkeypatch.setattr(Echo, "connect", lambda _echo, socket, auth: self.decide(socket, auth))

    async def decide(self, socket: Socket, auth: Any) -> None:
        socket.state = auth
        await (self.go if socket.namespace == "/" else asyncio.Event()).wait()
        if self.refuses:
            raise Refused("not_logged_in")


@asynccontextmanager
async def late(here: Echoing) -> AsyncIterator[tuple[ClientConnection, Connection]]:
    """A client that asked at once, and whose time is over."""
    async with here.websocket() as there:
        await there.recv()
        await there.send("40")
        (connection,) = here.server.connections.values()
        await until(lambda: client_of(connection).is_late)
        yield there, connection


def test_whoever_asked_in_time_is_let_in_however_long_that_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        slow = Slow(monkeypatch)
        async with echoing(connect_within=0.05) as here, late(here) as (there, connection):
            assert connection.is_open
            slow.go.set()
            assert str(await there.recv()).startswith('40{"sid"')
            assert await there.recv() == '42["auth",{}]'
            await there.send('42["message","still here"]')
            assert await there.recv() == '42["message-back","still here"]'
            assert not client_of(connection).is_late

    asyncio.run(run())


def test_whoever_is_refused_after_their_time_is_cut_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        slow = Slow(monkeypatch, refuses=True)
        async with echoing(connect_within=0.05) as here, late(here) as (there, connection):
            assert connection.is_open
            slow.go.set()
            assert await there.recv() == '44{"message":"not_logged_in"}'
            assert await closed(there) == (1008, "not_authenticated")

    asyncio.run(run())


def test_whoever_gives_up_after_their_time_is_cut_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise they could ask again, as often as they like."""

    async def run() -> None:
        Slow(monkeypatch)
        async with echoing(connect_within=0.05) as here, late(here) as (there, connection):
            assert connection.is_open
            await there.send("41")
            assert await closed(there) == (1008, "not_authenticated")

    asyncio.run(run())


def test_what_is_asked_for_later_gives_nobody_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the first is waited for: a second, in another namespace, could be followed by a third."""

    async def run() -> None:
        slow = Slow(monkeypatch, refuses=True)
        async with echoing(connect_within=0.05) as here, late(here) as (there, connection):
            await there.send("40/custom,")
            await until(lambda: len(client_of(connection).sockets) == 2)
            slow.go.set()
            assert await there.recv() == '44{"message":"not_logged_in"}'
            assert await closed(there) == (1008, "not_authenticated")
            assert connection.reason == "not_authenticated"

    asyncio.run(run())


def test_whoever_is_refused_in_time_can_ask_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        slow = Slow(monkeypatch, refuses=True)
        slow.go.set()
        async with echoing() as here, here.websocket() as there:
            await there.recv()
            await there.send("40")
            assert await there.recv() == '44{"message":"not_logged_in"}'
            slow.refuses = False
            await there.send("40")
            assert str(await there.recv()).startswith('40{"sid"')

    asyncio.run(run())


@pytest.mark.parametrize("connect_within", [0.05, 600.0], ids=["after their time", "in time"])
def test_whoever_is_never_decided_about_is_turned_away(monkeypatch: pytest.MonkeyPatch, connect_within: float) -> None:
    monkeypatch.setattr(clients, "DECIDE_SECONDS", 0.2)

    async def run() -> None:
        slow = Slow(monkeypatch)
        async with echoing(connect_within=connect_within) as here, here.websocket() as there:
            await there.recv()
            await there.send("40")
            assert await asyncio.wait_for(there.recv(), 30) == '44{"message":"unavailable"}'
            if connect_within < 1:
                assert await closed(there) == (1008, "not_authenticated")
                return
            slow.go.set()
            await there.send("40")
            assert str(await there.recv()).startswith('40{"sid"')

    asyncio.run(run())
