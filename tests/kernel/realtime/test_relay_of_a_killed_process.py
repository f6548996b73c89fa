"""A process of sockets that dies says nothing: clients of the public port are told to come later, in a frame that may be sent."""

from __future__ import annotations

import asyncio

import pytest
from tests.harness import Harness
from tests.kernel.realtime.test_relay import public
from tests.sockets import Socket, live
from tests.waiting import until

from phoenix.kernel.realtime.relay import TRY_LATER
from phoenix.kernel.realtime.websocket import WebSocket


@pytest.mark.parametrize("how", ["reset", "end"])
def test_clients_are_told_to_come_later(harness: Harness, how: str) -> None:
    """As after kill -9: the system ends the connections of a process, with nothing of a websocket in them."""

    async def run() -> None:
        async with harness, live(harness) as here, public(harness, here.port) as there, Socket(there) as socket:
            await harness.person("ada")
            await socket.sign_in(harness.people["ada"].token)
            (connection,) = here.sockets.server.connections.values()
            pipe = connection.pipe
            assert isinstance(pipe, WebSocket)
            assert pipe._transport is not None
            below = pipe._transport.underlying_transport
            if how == "reset":
                below.abort()
            else:
                below.close()
            await socket.ended()
            assert socket.closed == (TRY_LATER, "")
            await until(lambda: not here.sockets.open)

    asyncio.run(run())
