"""N1, on the wire: long polling, and its upgrade to a websocket."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from tests.kernel.realtime.echoing import closed, echoing, is_gone, waits
from tests.waiting import until
from websockets.exceptions import InvalidStatus

from phoenix.kernel.realtime.message import Message
from phoenix.kernel.realtime.polls import Polls
from phoenix.kernel.realtime.protocol.engine import UPGRADE, Packet, ProtocolError


def test_polls_carry_texts_and_bytes_in_order() -> None:
    async def run() -> None:
        async with echoing() as here:
            sid = await here.open_polls()
            assert (await here.post(sid, "40")).text == "ok"
            while '42["auth",{}]' not in (got := (await here.poll(sid)).text):
                assert got.startswith('40{"sid":')
            sent = '452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]\x1ebAQID\x1ebBAUG\x1e42["message","after"]'
            assert (await here.post(sid, sent)).text == "ok"
            assert (await here.poll(sid)).text == sent.replace('"message"', '"message-back"')

    asyncio.run(run())


def test_a_poll_waits_until_there_is_something() -> None:
    async def run() -> None:
        async with echoing() as here:
            sid = await here.open_polls()
            waiting = asyncio.create_task(here.poll(sid))
            await waits(here, sid)
            await here.post(sid, "40")
            assert (await waiting).text.startswith('40{"sid":')

    asyncio.run(run())


@pytest.mark.parametrize("body", ["abc", "4\x1e\x1e", "6", "2", "\x1e".join(["3"] * 100), "4é"])
def test_an_invalid_poll_ends_its_connection(body: str) -> None:
    async def run() -> None:
        async with echoing() as here:
            sid = await here.open_polls()
            await here.post(sid, body)
            assert await is_gone(here, sid)
            assert not here.server.connections

    asyncio.run(run())


def test_two_polls_at_once_end_their_connection() -> None:
    async def run() -> None:
        async with echoing() as here:
            sid = await here.open_polls()
            first = asyncio.create_task(here.poll(sid))
            await waits(here, sid)
            assert (await here.poll(sid)).status_code == 400
            assert (await first).text == "1"
            assert await is_gone(here, sid)

    asyncio.run(run())


def test_a_client_that_leaves_its_poll_is_gone() -> None:
    async def run() -> None:
        async with echoing() as here:
            sid = await here.open_polls()
            waiting = asyncio.create_task(here.poll(sid))
            await waits(here, sid)
            waiting.cancel()
            await until(lambda: not here.server.connections)
            assert await is_gone(here, sid)

    asyncio.run(run())


def test_a_client_that_closes_gets_its_poll_back() -> None:
    async def run() -> None:
        async with echoing() as here:
            sid = await here.open_polls()
            waiting = asyncio.create_task(here.poll(sid))
            await waits(here, sid)
            assert (await here.post(sid, "1")).status_code == 200
            assert (await waiting).text == "6"
            assert await is_gone(here, sid)

    asyncio.run(run())


def test_what_a_closed_connection_was_sent_can_still_be_fetched_once() -> None:
    async def run() -> None:
        async with echoing() as here:
            sid = await here.open_polls()
            (connection,) = here.server.connections.values()
            connection.end("session_ended")
            assert (await here.poll(sid)).text == "1"
            assert await is_gone(here, sid)

    asyncio.run(run())


def test_polls_are_upgraded_to_a_websocket_and_nothing_is_lost() -> None:
    async def run() -> None:
        async with echoing() as here:
            sid = await here.open_polls()
            await here.post(sid, "40")
            waiting = asyncio.create_task(here.poll(sid))
            assert (await waiting).text.startswith("40")
            waiting = asyncio.create_task(here.poll(sid))
            async with here.websocket(sid) as there:
                await there.send("2probe")
                assert await there.recv() == "3probe"
                assert (await waiting).text in {'42["auth",{}]', "6"}
                # What is sent between the last poll and the change comes by the websocket.
                await here.post(sid, '42["message","between"]')
                await there.send("5")
                assert await there.recv() == '42["message-back","between"]'
                await there.send('42["message","after"]')
                assert await there.recv() == '42["message-back","after"]'
                assert await is_gone(here, sid), "it polls no more"
                async with here.websocket(sid) as second:
                    assert await closed(second) == (1002, "protocol_error")
                await there.send('42["message","still"]')
                assert await there.recv() == '42["message-back","still"]'
            await until(lambda: not here.server.connections)

    asyncio.run(run())


def test_an_upgrade_that_fails_leaves_the_polls() -> None:
    async def run() -> None:
        async with echoing() as here:
            sid = await here.open_polls()
            for says in ("2wrong", '42["before the upgrade"]'):
                async with here.websocket(sid) as there:
                    await there.send(says)
                    assert await closed(there) == (1002, "protocol_error")
            async with here.websocket(sid) as there:
                await there.send("2probe")
                await there.recv()
            await here.post(sid, "40")
            await until(lambda: here.server.connections[sid].probing is None)
            assert (await here.poll(sid)).text.startswith(("40", "6"))
            # And then polls wait again, instead of being answered with nothing, one after the other.
            waiting = asyncio.create_task(here.poll(sid))
            await waits(here, sid)
            await here.post(sid, '42["message","still here"]')
            assert "still here" in (await waiting).text
            with pytest.raises(InvalidStatus):
                await here.websocket("unknown")

    asyncio.run(run())


def test_what_is_sent_while_a_poll_waits_is_bounded() -> None:
    async def run() -> None:
        async with echoing() as here:
            sid = await here.open_polls()
            reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
            writer.write(f"GET /socket.io/?EIO=4&transport=polling&sid={sid} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            await waits(here, sid)
            with contextlib.suppress(ConnectionError):
                for _ in range(100):
                    writer.write(b"x" * 100_000)
                    await writer.drain()
                await reader.read()
            await until(lambda: not here.server.connections)
            writer.close()

    asyncio.run(run())


def test_what_a_client_missed_is_sent_at_once_beside_what_may_wait() -> None:
    """More than a slow client may leave unread, and then that bound holds again."""

    async def run() -> None:
        async with echoing() as here:
            sid = await here.open_polls()
            connection = here.server.connections[sid]
            most = connection.owner.limits.most_unsent
            connection.catch_up(3 * most)
            for number in range(3 * most):
                connection.send(Message(f"4{number}"))
            assert connection.is_open
            assert (await here.poll(sid)).text.count("\x1e") == 3 * most - 1
            for number in range(most + 1):
                connection.send(Message(f"4{number}"))
            assert connection.reason == "slow_reader"

    asyncio.run(run())


class _Slow:
    """A websocket of whose messages none has left yet."""

    def __init__(self) -> None:
        self.unsent: list[Message] = []

    def send(self, message: Message) -> tuple[int, int]:
        self.unsent.append(message)
        return len(self.unsent), 0

    def forget(self) -> None:
        self.unsent.clear()

    def end(self, reason: str, *, at_once: bool) -> None:
        del reason, at_once


def test_what_a_client_missed_follows_it_to_its_websocket_however_slowly_it_reads() -> None:
    """Clients upgrade just after they have connected, which is when they are sent what they missed."""

    async def run() -> None:
        async with echoing() as here:
            connection, slow = here.server.connections[await here.open_polls()], _Slow()
            most = connection.owner.limits.most_unsent
            connection.catch_up(3 * most)
            for number in range(3 * most):
                connection.send(Message(f"4{number}"))
            connection.try_upgrade(slow)
            connection.receive(slow, Packet(UPGRADE))
            assert (connection.reason, len(slow.unsent)) == ("", 3 * most)
            for number in range(most + 1):
                connection.send(Message(f"4{number}"))
            assert connection.reason == "slow_reader"

    asyncio.run(run())


def test_a_poll_of_no_connection_is_refused() -> None:
    """As of one that has just become a websocket, or was closed and has nothing left to fetch."""
    with pytest.raises(ProtocolError, match="no such connection"):
        Polls().fetch(lambda *_answer: None)
    with pytest.raises(ProtocolError, match="no such connection"):
        Polls().receive("4hello")
