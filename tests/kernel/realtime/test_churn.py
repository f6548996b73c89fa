"""Connections leave nothing behind, however they end, and one that does not read costs a bounded amount of memory."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import cast

import httpx
import pytest
from tests.kernel.realtime.echoing import QUIET, Echoing, closed, echoing
from tests.waiting import until
from websockets.exceptions import ConnectionClosed, InvalidStatus

from phoenix.kernel.realtime import http
from phoenix.kernel.realtime.connection import Connection
from phoenix.kernel.realtime.http import Listener
from phoenix.kernel.realtime.message import event_message
from phoenix.kernel.realtime.websocket import WebSocket

AT_ONCE, ROUNDS = 20, 3
HEAD = b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
KEY = b"Sec-WebSocket-Key: " + b"A" * 22 + b"==\r\n\r\n"


async def close_properly(here: Echoing) -> None:
    # On a busy machine its short time is over before.
    with contextlib.suppress(ConnectionClosed):
        async with here.websocket() as there:
            await there.recv()
            await there.send("40")
            await there.recv()


async def leave_without_a_word(here: Echoing) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
    writer.write(HEAD + KEY)
    await reader.readuntil(b'"sid"')
    writer.transport.abort()


async def be_reset(here: Echoing) -> None:
    """As where the machine of the client is gone, or a firewall between."""
    reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
    writer.write(HEAD + KEY)
    await reader.readuntil(b'"sid"')
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.close()


async def stop_within_the_head(here: Echoing) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
    writer.write(HEAD)
    with contextlib.suppress(ConnectionResetError):
        await reader.read()
    writer.close()


async def say_nothing(here: Echoing) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
    with contextlib.suppress(ConnectionResetError):
        await reader.read()
    writer.close()


async def never_connect(here: Echoing) -> None:
    async with here.websocket() as there:
        assert await closed(there) == (1008, "not_authenticated")


async def poll_once(here: Echoing) -> None:
    with contextlib.suppress(httpx.HTTPError):
        sid = await here.open_polls()
        await here.post(sid, "40")
        await here.poll(sid)
        await here.post(sid, "1")


async def poll_never_again(here: Echoing) -> None:
    # On a busy machine the connection that was kept open for it may end while it is asked.
    with contextlib.suppress(httpx.HTTPError):
        await here.open_polls()


async def fail_to_upgrade(here: Echoing) -> None:
    with contextlib.suppress(httpx.HTTPError, InvalidStatus, ConnectionClosed):
        sid = await here.open_polls()
        async with here.websocket(sid) as there:
            await there.send("2probe")
            await there.recv()
        await here.post(sid, "1")


WAYS = (
    close_properly,
    leave_without_a_word,
    be_reset,
    stop_within_the_head,
    say_nothing,
    never_connect,
    poll_once,
    poll_never_again,
    fail_to_upgrade,
)
# Which never complete a request; the others get the time that a busy machine takes to answer one.
INCOMPLETE = {stop_within_the_head, say_nothing}


def alive() -> dict[str, int]:
    """How many objects of a connection there are."""
    gc.collect()
    kinds = (Connection, Listener, WebSocket)
    return {kind.__name__: sum(type(one) is kind for one in gc.get_objects()) for kind in kinds}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_connections_leave_nothing_behind(way: Callable[[Echoing], Awaitable[None]], monkeypatch: pytest.MonkeyPatch) -> None:
    if way in INCOMPLETE:
        monkeypatch.setattr(http, "REQUEST_SECONDS", 0.2)
    monkeypatch.setattr(http, "IDLE_SECONDS", 0.2)

    async def run() -> None:
        async with echoing(replace(QUIET, ping_interval=0.2, ping_timeout=0.2), connect_within=0.2) as here:
            for _ in range(ROUNDS):
                await asyncio.gather(*(way(here) for _ in range(AT_ONCE)))
            await until(lambda: not here.server.connections)
            await until(lambda: not here.server._lingering)
            assert len(here.server.wheel) == 0
            # Timers and connections that were kept open for another request end by themselves.
            await until(lambda: not any(alive().values()))

    monkeypatch.setattr("phoenix.kernel.realtime.server.LINGER_SECONDS", 0.1)
    asyncio.run(run())


def test_a_client_that_reads_too_slowly_is_cut_and_the_others_miss_nothing() -> None:
    async def run() -> None:
        limits = replace(QUIET, most_unsent=50, most_unsent_bytes=100_000)
        async with echoing(limits) as here, here.websocket() as quick:
            reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            writer.write(HEAD + KEY)
            await reader.readuntil(b'"sid"')
            cast("asyncio.Transport", writer.transport).pause_reading()
            await until(lambda: len(here.server.connections) == 2)
            await quick.recv()
            # In the order in which they came.
            first, slow = here.server.connections.values()
            sent = 0
            while len(here.server.connections) == 2 and sent < 10_000:
                for connection in list(here.server.connections.values()):
                    connection.send(event_message("tick", sent, "x" * 4_000))
                sent += 1
                assert str(await quick.recv()).startswith(f'42["tick",{sent - 1},')
            assert slow.reason == "slow_reader"
            # What was queued for it is gone with it.
            assert list(here.server.connections.values()) == [first]
            writer.transport.abort()

    asyncio.run(run())


def test_a_poll_that_never_comes_costs_a_bounded_queue() -> None:
    async def run() -> None:
        async with echoing(replace(QUIET, most_unsent=50)) as here:
            sid = await here.open_polls()
            connection = here.server.connections[sid]
            for number in range(51):
                assert connection.is_open, number
                connection.send(event_message("tick", number))
            assert connection.reason == "slow_reader"
            assert (await here.poll(sid)).status_code == 400

    asyncio.run(run())


def test_a_client_that_does_not_read_cannot_put_off_that_it_is_closed() -> None:
    async def run() -> None:
        async with echoing(QUIET) as here:
            reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            writer.write(HEAD + KEY)
            await reader.readuntil(b'"sid"')
            cast("asyncio.Transport", writer.transport).pause_reading()
            (connection,) = here.server.connections.values()
            sent = 0
            while not cast("WebSocket", connection.pipe)._unsent:
                connection.send(event_message("tick", sent, "x" * 50_000))
                sent += 1
            connection.end("session_ended")
            del connection
            await until(lambda: not alive()["WebSocket"])
            writer.transport.abort()

    asyncio.run(run())
