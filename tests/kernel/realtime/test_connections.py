"""N1, on the wire: how connections open, upgrade, live and end. After the test suites of both protocols, and what they leave out."""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import replace
from typing import Any

import pytest
from tests.kernel.realtime.echo import Echo
from tests.kernel.realtime.echoing import QUIET, closed, echoing, is_gone, waits
from tests.waiting import until
from websockets.exceptions import ConnectionClosed

from phoenix.kernel.realtime.namespace import Socket

# A busy machine can take longer than the interval to answer.
BEATING = replace(QUIET, ping_interval=0.05, ping_timeout=1.0)


@pytest.mark.parametrize("transport", ["polling", "websocket"])
def test_a_connection_opens_with_what_its_client_must_know(transport: str) -> None:
    async def run() -> None:
        async with echoing() as here:
            if transport == "polling":
                answer = await here.poll()
                assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; charset=UTF-8")
                first = answer.text
            else:
                async with here.websocket() as there:
                    first = str(await there.recv())
            told = json.loads(first[1:])
            assert first[0] == "0"
            assert told.pop("sid")
            upgrades = ["websocket"] if transport == "polling" else []
            assert told == {"upgrades": upgrades, "pingInterval": 600_000, "pingTimeout": 600_000, "maxPayload": 1_000_000}

    asyncio.run(run())


@pytest.mark.parametrize(
    "says", ["abc", "7", "6", "42{}", '42["connect"]', "4abc", '42["before"]', '451-["a"]', "40", '44{"message":"no"}']
)
def test_what_is_not_of_the_protocol_closes_a_websocket(says: str) -> None:
    async def run() -> None:
        async with echoing() as here, here.websocket() as there:
            await there.recv()
            if not says.startswith('42["before'):
                await there.send("40")
                await there.recv()
            await there.send(says)
            # A packet whose attachment never comes is followed by another.
            with contextlib.suppress(ConnectionClosed):
                await there.send('42["after"]')
            assert await closed(there) == (1002, "protocol_error")
            assert not here.server.connections

    asyncio.run(run())


def test_frames_in_parts_are_one_message_and_bounded() -> None:
    async def run() -> None:
        async with echoing() as here, here.websocket() as there:
            await there.recv()
            await there.send("40")
            await there.recv()
            await there.recv()
            await there.send(iter(['42["mess', 'age","in ', 'parts"]']))
            assert await there.recv() == '42["message-back","in parts"]'
            await there.send(iter(["4"] * 100))
            assert await closed(there) == (1002, "protocol_error")

    asyncio.run(run())


@pytest.mark.parametrize("size", [1_000_001, 5_000_000])
def test_a_message_that_is_too_long_closes_its_websocket(size: int) -> None:
    async def run() -> None:
        async with echoing() as here, here.websocket() as there:
            await there.recv()
            with contextlib.suppress(ConnectionClosed):
                await there.send("4" * size)
            assert (await closed(there))[0] in {1009, 1006}
            await until(lambda: not here.server.connections)

    asyncio.run(run())


@pytest.mark.parametrize("frame", ["ping", "pong"])
def test_a_client_that_floods_with_frames_of_the_protocol_below_is_cut(frame: str) -> None:
    """Pings are answered, and pongs ignored, as often as anything else may come."""

    async def run() -> None:
        async with echoing() as here, here.websocket() as there:
            await (await there.ping())
            (connection,) = here.server.connections.values()
            with contextlib.suppress(ConnectionClosed):
                for number in range(500):
                    await (there.ping(str(number)) if frame == "ping" else there.pong())
            # Its client may not learn why: what it was still sent is thrown away with the connection.
            await until(lambda: connection.reason == "too_many_messages")

    asyncio.run(run())


def test_a_client_that_sends_too_much_is_cut() -> None:
    async def run() -> None:
        async with echoing(replace(QUIET, rate=1.0, burst=20.0)) as here, here.websocket() as there:
            with contextlib.suppress(ConnectionClosed):
                for _ in range(50):
                    await there.send("3")
            assert await closed(there) == (1008, "too_many_messages")

    asyncio.run(run())


@pytest.mark.parametrize("transport", ["polling", "websocket"])
def test_a_client_that_answers_pings_stays_and_one_that_does_not_is_cut(transport: str) -> None:
    async def run() -> None:
        async with echoing(BEATING) as here:
            if transport == "polling":
                sid = await here.open_polls()
                for _ in range(3):
                    assert (await here.poll(sid)).text == "2"
                    assert (await here.post(sid, "3")).status_code == 200
                await until(lambda: not here.server.connections)
                assert await is_gone(here, sid)
            else:
                async with here.websocket() as there:
                    await there.recv()
                    for _ in range(3):
                        assert await there.recv() == "2"
                        await there.send("3")
                    assert await there.recv() == "2"
                    assert await closed(there) == (1000, "ping_timeout")
            assert len(here.server.wheel) == 0

    asyncio.run(run())


@pytest.mark.parametrize("header", ["keep-alive, Upgrade", "upgrade", "Upgrade, keep-alive"])
def test_every_spelling_of_an_upgrade_is_taken(header: str) -> None:
    """Firefox names two; picows by itself takes one."""

    async def run() -> None:
        async with echoing() as here:
            reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
            head = f"Host: a\r\nConnection: {header}\r\nUpgrade: WebSocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {'A' * 22}==\r\n\r\n"
            writer.write(f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n{head}".encode())
            assert (await reader.readline()).startswith(b"HTTP/1.1 101")
            writer.close()

    asyncio.run(run())


def test_namespaces_are_apart_and_unknown_ones_refused() -> None:
    async def run() -> None:
        async with echoing() as here, here.websocket() as there:
            await there.recv()
            for name in ("40", '40/custom,{"token":"abc"}'):
                await there.send(name)
            got = [str(await there.recv()) for _ in range(4)]
            assert '42["auth",{}]' in got
            assert '42/custom,["auth",{"token":"abc"}]' in got
            await there.send("40/random,")
            assert await there.recv() == '44/random,{"message":"Invalid namespace"}'
            await there.send('42/custom,9["message-with-ack",1,"2"]')
            assert await there.recv() == '43/custom,9[1,"2"]'
            await there.send("41/custom,")
            await there.send('42["message","main"]')
            assert await there.recv() == '42["message-back","main"]'

    asyncio.run(run())


def test_whoever_is_refused_again_and_again_is_closed_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each attempt that is given up must not begin the time again."""

    async def never(_echo: Echo, socket: Socket, auth: Any) -> None:
        del socket, auth
        await asyncio.Event().wait()

    monkeypatch.setattr(Echo, "connect", never)

    async def run() -> None:
        async with echoing(connect_within=0.2) as here, here.websocket() as there:
            ended = asyncio.create_task(closed(there))
            with contextlib.suppress(ConnectionClosed):
                while not ended.done():
                    await there.send("40")
                    await there.send("41")
                    await there.ping()
                    await asyncio.wait([ended], timeout=0.05)
            assert await ended == (1008, "not_authenticated")

    asyncio.run(run())


@pytest.mark.parametrize("says", [(), ("40/random,",), ("40", "41")], ids=["nothing", "an unknown one", "one that it left"])
def test_a_connection_that_is_in_no_namespace_is_closed(says: tuple[str, ...]) -> None:
    async def run() -> None:
        async with echoing(connect_within=0.1) as here, here.websocket() as there:
            for text in says:
                await there.send(text)
            assert await closed(there) == (1008, "not_authenticated")

    asyncio.run(run())


def test_everyone_learns_that_the_server_stops() -> None:
    async def run() -> None:
        async with echoing() as here:
            sid = await here.open_polls()
            waiting = asyncio.create_task(here.poll(sid))
            async with here.websocket() as there:
                await there.recv()
                await there.send("40")
                await there.recv()
                await waits(here, sid)
                await here.server.close()
                assert await closed(there) == (1012, "shutdown")
                assert (await waiting).text == "1"

    asyncio.run(run())


@pytest.mark.parametrize(
    "frames",
    [b"\x80\x81\0\0\0\x003", b"\x01\x81\0\0\0\x004\x81\x81\0\0\0\x003", b"\x81\x82\0\0\0\0\xff\xff", b"\x81\x013"],
    ids=["a part of no message", "a message within another", "no text", "not masked"],
)
def test_frames_that_no_client_sends_close_a_websocket(frames: bytes) -> None:
    async def run() -> None:
        async with echoing() as here:
            reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
            head = f"Host: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {'A' * 22}==\r\n\r\n"
            writer.write(f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n{head}".encode())
            await reader.readuntil(b'"sid"')
            writer.write(frames)
            await asyncio.wait_for(reader.read(), 30)
            await until(lambda: not here.server.connections)
            writer.close()

    asyncio.run(run())


def test_a_namespace_that_fails_lets_nobody_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_given: object) -> None:
        raise ValueError("on purpose")

    async def run() -> None:
        async with echoing() as here, here.websocket() as there:
            await there.recv()
            with monkeypatch.context() as broken:
                broken.setattr(Echo, "connect", fail)
                await there.send("40")
                assert await there.recv() == '44{"message":"unavailable"}'
            monkeypatch.setattr(Echo, "connected", fail)
            await there.send("40")
            assert str(await there.recv()).startswith('40{"sid"')
            assert await closed(there) == (1000, "unavailable")

    asyncio.run(run())
